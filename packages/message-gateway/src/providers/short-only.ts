import { segmentsOf } from '../segments.js';
import { OurFault, type DeliveryReport, type Message, type Receipt, type SmsProvider } from '../provider.js';

/** Refuses texts that take more SMS than the settings allow, and passes the others to the provider. */
export class ShortOnly implements SmsProvider {
  readonly name: string;
  readonly knows: SmsProvider['knows'];
  readonly onReport?: (listener: (report: DeliveryReport) => void) => void;

  constructor(
    private readonly provider: SmsProvider,
    private readonly maxSegments: number,
  ) {
    this.name = provider.name;
    this.knows = provider.knows;
    if (provider.onReport) this.onReport = (listener) => provider.onReport?.(listener);
  }

  /** @throws OurFault when the text is too long, and the provider's errors. */
  async send(message: Message): Promise<Receipt> {
    const { segments } = segmentsOf(message.text);
    if (segments > this.maxSegments) {
      throw new OurFault(`the text takes ${segments} SMS, and ${this.name} is limited to ${this.maxSegments}`);
    }
    return this.provider.send(message);
  }

  wasSent(id: string): Promise<Receipt | undefined> {
    return this.provider.wasSent(id);
  }

  close(): Promise<void> {
    return this.provider.close();
  }
}
