interface Answered {
  at: string;
  symptoms: readonly string[];
  vaccinated: boolean;
  moved: boolean;
  /** For an answer about all people of a phone: how many there are, and how many of them are ill. */
  phone: { people: number; ill: number } | null;
}

/** A contact's answer to a message, as a line for people. */
export function healthAnswerLine({ at, symptoms, vaccinated, moved, phone }: Answered): string {
  const shown = symptoms.length === 0 ? 'no symptoms' : symptoms.join(', ');
  if (phone) {
    const { people, ill } = phone;
    const of = `Answered ${at} for the ${people} people who share the phone: ${shown}${ill > 0 ? ` (${ill} of them)` : ''}`;
    return `${of}; ${vaccinated ? 'all' : 'not all'} vaccinated${moved ? '; somebody has moved elsewhere' : ''}`;
  }
  return `Answered ${at}: ${shown}; ${vaccinated ? '' : 'not '}vaccinated${moved ? '; has moved elsewhere' : ''}`;
}
