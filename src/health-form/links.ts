import { timingSafeEqual } from 'node:crypto';
import type { MasterKey } from '../event-log/master-key.js';

/** Bytes of an alert's id, and of the tag that proves that the link was issued here. */
const ID = 16;
const TAG = 8;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Links through which contacts answer: nobody can make one without the master key. */
export class AnswerLinks {
  /** @param publicUrl where people reach the API, without a slash at its end. */
  constructor(
    private readonly master: Pick<MasterKey, 'answerTag'>,
    private readonly publicUrl: string,
  ) {}

  /**
   * The link of an alert: `<public url>/a/<32 characters>`.
   * @param alertId a UUID.
   * @throws Error when it is not a UUID.
   */
  answerLink(alertId: string): string {
    if (!UUID.test(alertId)) throw new Error(`${alertId} is not the id of an alert`);
    const id = Buffer.from(alertId.replaceAll('-', ''), 'hex');
    return `${this.publicUrl}/a/${Buffer.concat([id, this.#tagOf(id)]).toString('base64url')}`;
  }

  /** The alert of a token; undefined if the token was not issued here. */
  alertOf(token: string): string | undefined {
    const bytes = Buffer.from(token, 'base64url');
    // The length is a multiple of three bytes, so each token has only one spelling.
    if (bytes.length !== ID + TAG || bytes.toString('base64url') !== token) return undefined;
    const id = bytes.subarray(0, ID);
    if (!timingSafeEqual(bytes.subarray(ID), this.#tagOf(id))) return undefined;
    return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  #tagOf(id: Buffer): Buffer {
    return this.master.answerTag(id).subarray(0, TAG);
  }
}
