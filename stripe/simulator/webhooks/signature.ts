/**
 * Stripe's signature scheme: `t=<seconds>,v1=<HMAC-SHA256 of "t.body">`, with one `v1` for each secret
 * that is valid while one is being rolled.
 */
import { createHmac } from 'node:crypto';

export function sign(body: string, timestamp: number, secrets: string[]): string {
  const signatures = secrets.map((secret) => {
    const digest = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
    return `v1=${digest}`;
  });
  return [`t=${timestamp}`, ...signatures].join(',');
}
