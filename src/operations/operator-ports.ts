/** Outcomes of a provider's messages; the provider `none` counts those that failed before any provider was tried. */
export interface ProviderCounts {
  provider: string;
  sent: number;
  takenBack: number;
  /** Permanent failures, by reason. */
  failed: Record<string, number>;
}

export interface FailedFilter {
  caseId?: string | undefined;
  reasons: readonly string[];
  provider?: string | undefined;
  /** Alerts after this id, for paging in the order of ids. */
  after?: string | undefined;
  limit: number;
}

/** Where to find an operator's command in the log. */
export interface OperatorCommand {
  stream: string;
  revision: number;
}

/** Queries for operators. */
export interface OperatorQueries {
  providerCounts(): Promise<ProviderCounts[]>;
  /** How many alerts are failed at present, by reason. */
  failedNow(): Promise<{ reason: string; alerts: number }[]>;
  /** Ids of alerts that are failed at present. */
  failedAlerts(filter: FailedFilter): Promise<string[]>;
  /** Latest first. */
  operatorCommands(limit: number): Promise<OperatorCommand[]>;
}
