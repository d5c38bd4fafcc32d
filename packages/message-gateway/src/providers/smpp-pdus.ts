import smpp, { type PDU } from 'smpp';
import { splitText } from '../segments.js';
import { OurFault, ReceiverFault, TheirFault, type DeliveryReport } from '../provider.js';
import type { SmppSettings } from './schemas.js';

type Fields = Record<string, unknown>;

const GSM7 = 0;
const UCS2 = 8;
const UDH_INDICATOR = 0x40;
/** Types of number and numbering plans of SMPP 3.4, 5.2.5 and 5.2.6. */
const INTERNATIONAL = { ton: 1, npi: 1 };
const ALPHANUMERIC = { ton: 5, npi: 0 };
const UNKNOWN = { ton: 0, npi: 0 };

/**
 * The submit_sm fields of a message: one set, or with `long: 'udh'` one per segment. Only the last segment asks for a
 * receipt.
 * @param reference of concatenated segments, 0 to 255.
 */
export function submissions(to: string, text: string, settings: SmppSettings, reference: number): Fields[] {
  const { encoding, parts } = splitText(text);
  const bytes = (part: string) => smpp.encodings[encoding === 'gsm7' ? 'ASCII' : 'UCS2'].encode(part);
  const common = {
    ...source(settings),
    dest_addr_ton: INTERNATIONAL.ton,
    dest_addr_npi: INTERNATIONAL.npi,
    destination_addr: to.replace(/^\+/, ''),
    data_coding: encoding === 'gsm7' ? GSM7 : UCS2,
    registered_delivery: settings.receipts ? 1 : 0,
  };
  if (parts.length === 1) return [{ ...common, short_message: bytes(text) }];
  if (settings.long === 'payload') return [{ ...common, message_payload: bytes(text) }];
  return parts.map((part, i) => ({
    ...common,
    registered_delivery: i === parts.length - 1 ? common.registered_delivery : 0,
    esm_class: UDH_INDICATOR,
    short_message: Buffer.concat([Buffer.from([5, 0, 3, reference, parts.length, i + 1]), bytes(part)]),
  }));
}

function source({ sender, senderTon, senderNpi }: SmppSettings): Fields {
  const international = /^\+\d+$/.test(sender);
  const { ton, npi } = international ? INTERNATIONAL : /^\d+$/.test(sender) ? UNKNOWN : ALPHANUMERIC;
  return {
    source_addr_ton: senderTon ?? ton,
    source_addr_npi: senderNpi ?? npi,
    source_addr: international ? sender.slice(1) : sender,
  };
}

/** Statuses that concern this number; SMPP 3.4, 5.1.3, lists all of them. */
const RECEIVERS = ['ESME_RINVDSTADR'];
/** Statuses that concern how our settings form a message, or what our account may do. */
const OURS = [
  ...[
    'ESME_RINVMSGLEN',
    'ESME_RINVCMDLEN',
    'ESME_RINVCMDID',
    'ESME_RINVREGDLVFLG',
    'ESME_RINVESMCLASS',
    'ESME_RINVDCS',
  ],
  ...['ESME_RINVSRCADR', 'ESME_RINVSRCTON', 'ESME_RINVSRCNPI', 'ESME_RINVDSTTON', 'ESME_RINVDSTNPI'],
  ...['ESME_RINVTLVSTREAM', 'ESME_RTLVNOTALLWD', 'ESME_RINVTLVLEN', 'ESME_RMISSINGTLV', 'ESME_RINVTLVVAL'],
  ...['ESME_RINVSERTYP', 'ESME_RSERTYPUNAUTH', 'ESME_RSERTYPDENIED', 'ESME_RPROHIBITED'],
];
/** Statuses of a bind that are temporary; the others concern our account. */
const BUSY = ['ESME_RSYSERR', 'ESME_RMSGQFUL', 'ESME_RTHROTTLED', 'ESME_RSERTYPUNAVAIL'];

/** The error for a status other than ESME_ROK. Such a status always means that the request was not carried out. */
export function faultOf(status: number, provider: string, on: 'bind' | 'submit'): Error {
  const name = Object.keys(smpp.errors).find((each) => smpp.errors[each] === status);
  const why = `${provider} answered ${name ?? `0x${status.toString(16).padStart(8, '0')}`}`;
  if (on === 'bind') return name && BUSY.includes(name) ? new TheirFault(why) : new OurFault(`${why} to the bind`);
  if (name && RECEIVERS.includes(name)) return new ReceiverFault(why);
  if (name && OURS.includes(name)) return new OurFault(why);
  // Throttling, a full queue, a failure on their side, and the provider's own codes, which may mean anything: another
  // attempt, or another provider, does no harm.
  return new TheirFault(why);
}

const RECEIPT = 0x04;
const MESSAGE_TYPE = 0x3c;
/** message_state of SMPP 3.4, 5.2.28, and the words of receipts, Appendix B, without states in between. */
const STATES: Readonly<Record<string, DeliveryReport['status']>> = {
  ...{ 2: 'network-delivered', DELIVRD: 'network-delivered' },
  ...{ 3: 'failed', 4: 'failed', 5: 'failed', 8: 'failed' },
  ...{ EXPIRED: 'failed', DELETED: 'failed', UNDELIV: 'failed', REJECTD: 'failed' },
};

/**
 * Reads the delivery report in a deliver_sm. Its optional parameters take precedence over its text, whose form the
 * standard leaves to each provider. Only id, stat and err of the text are kept, because it repeats the message.
 * @returns undefined when it is not a receipt, or reports a state in between.
 */
export function readReceipt(pdu: PDU): DeliveryReport | undefined {
  if ((Number(pdu.esm_class) & MESSAGE_TYPE) !== RECEIPT) return undefined;
  const text = textOf(pdu.short_message) || textOf(pdu.message_payload);
  const field = (name: string) => new RegExp(`\\b${name}:\\s*(\\w[\\w-]*)`, 'i').exec(text)?.[1];
  const given = pdu.receipted_message_id;
  const reference = typeof given === 'string' && given !== '' ? given.replace(/\0.*$/, '') : field('id');
  const word = field('stat')?.toUpperCase();
  const state = STATES[String(pdu.message_state)] ?? STATES[word ?? ''];
  if (reference === undefined || state === undefined) return undefined;
  const detail = [word ?? `message_state ${String(pdu.message_state)}`, field('err') && `err ${field('err')}`];
  return { reference, status: state, detail: detail.filter(Boolean).join(', ') };
}

/** The library gives a short message as `{ message }`, decoded by its data coding. */
function textOf(field: unknown): string {
  const inner = typeof field === 'object' && field !== null && 'message' in field ? field.message : field;
  return Buffer.isBuffer(inner) ? inner.toString('latin1') : typeof inner === 'string' ? inner : '';
}
