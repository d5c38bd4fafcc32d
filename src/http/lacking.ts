import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { tap, type Observable } from 'rxjs';

export const LACKING = 'Truyvet-Set-Aside';

/** Sets a header with the number of events that were set aside, whose facts may be missing from the answer. */
export class SayingWhatIsLacking implements NestInterceptor {
  constructor(private readonly lacking: () => number) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    if (!http.getRequest<Request>().path.startsWith('/v1/')) return next.handle();
    return next.handle().pipe(
      tap(() => {
        const events = this.lacking();
        const response = http.getResponse<Response>();
        if (events > 0 && !response.headersSent) response.setHeader(LACKING, String(events));
      }),
    );
  }
}
