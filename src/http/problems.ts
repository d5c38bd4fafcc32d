import { defineProblem } from '../kernel/problem.js';

export const CANNOT_BE_DONE = defineProblem({
  code: 'cannot-be-done',
  status: 422,
  title: 'It cannot be done',
  says: 'The request is valid, but cannot be done in the current state. The answer says why.',
  fix: 'Do what the answer says.',
});

export const BAD_REQUEST = defineProblem({
  code: 'bad-request',
  status: 400,
  title: 'The request is wrong',
  says: 'The request cannot be read: its address or its body is not valid HTTP.',
  fix: 'Correct what the answer names.',
});

export const NOT_JSON = defineProblem({
  code: 'not-json',
  status: 400,
  title: 'The body is not JSON',
  says: 'The body of the request is not JSON, or is incomplete.',
  fix: 'Send one JSON object.',
});

export const NESTED_TOO_DEEP = defineProblem({
  code: 'nested-too-deep',
  status: 400,
  title: 'The body is nested too deeply',
  says: 'The body has objects or lists inside one another, deeper than any request needs.',
  fix: 'Send one object, without others in it.',
});

export const NO_KEY = defineProblem({
  code: 'no-key',
  status: 401,
  title: 'No service key, or a wrong one',
  says: 'The request has no service key, or one that is not the key of this installation.',
  fix: 'Send the header "Authorization: Bearer KEY".',
});

export const OTHER_SITE = defineProblem({
  code: 'other-site',
  status: 403,
  title: 'It comes from another site',
  says: 'A browser sent the request from a page of another site, and changes are not accepted from there.',
  fix: 'Send it from the console itself, or with the header "Authorization: Bearer KEY".',
});

export const NOTHING_THERE = defineProblem({
  code: 'nothing-there',
  status: 404,
  title: 'There is nothing',
  says: 'There is nothing at this address.',
  fix: 'See /docs for the addresses that exist.',
});

export const OTHER_METHOD = defineProblem({
  code: 'other-method',
  status: 405,
  title: 'Wrong method',
  says: 'The address exists, but does not support this method. The header Allow names the methods that it supports.',
  fix: 'Use a method that the header Allow names.',
});

export const TOO_SLOW = defineProblem({
  code: 'too-slow',
  status: 408,
  title: 'The body did not arrive in time',
  says: 'The body of the request, or the next line of a batch, did not arrive in time.',
  fix: 'Send it again: nothing is stored twice.',
});

export const BODY_TOO_LARGE = defineProblem({
  code: 'body-too-large',
  status: 413,
  title: 'The body is too large',
  says: 'The body is larger than the body of one object may be.',
  fix: 'Send many rows as lines of JSON, of type application/x-ndjson: such a batch may have any length.',
});

export const OTHER_MEDIA_TYPE = defineProblem({
  code: 'other-media-type',
  status: 415,
  title: 'Wrong type of body',
  says: 'The body has a type or an encoding that this address does not accept.',
  fix: 'Send one object as application/json or, if batches are accepted, one object per line as application/x-ndjson.',
});

export const OTHER_HOST = defineProblem({
  code: 'other-host',
  status: 421,
  title: 'It is addressed to another machine',
  says: 'No service key is set; then a request must be addressed to this machine by a loopback name.',
  fix: 'Use http://127.0.0.1, or set TRUYVET_SERVICE_KEY to use other names.',
});

export const TOO_MANY = defineProblem({
  code: 'too-many',
  status: 429,
  title: 'Too many in a short time',
  says: 'More requests for the same place or link came in a short time than is likely.',
  fix: 'Send it again later.',
});

export const FAILED = defineProblem({
  code: 'failed',
  status: 500,
  title: 'The request failed',
  says: 'The request failed because of an error in the program itself.',
  fix: 'Check the log of the API.',
});

export const BUSY = defineProblem({
  code: 'busy',
  status: 503,
  title: 'Too busy',
  says: 'Too many requests are arriving at this moment.',
  fix: 'Send it again a little later.',
});

export const PROBLEMS = [
  CANNOT_BE_DONE,
  BAD_REQUEST,
  NOT_JSON,
  NESTED_TOO_DEEP,
  NO_KEY,
  OTHER_SITE,
  NOTHING_THERE,
  OTHER_METHOD,
  TOO_SLOW,
  BODY_TOO_LARGE,
  OTHER_MEDIA_TYPE,
  OTHER_HOST,
  TOO_MANY,
  FAILED,
  BUSY,
];
