/** The kinds of notices that are written and that an endpoint can ask for; what each says: notice.schema.ts. */
export const NOTICE_KINDS = [
  'credits.low',
  'credits.recovered',
  'credits.out',
  'credits.back',
  'run.waiting',
  'reservation.lapsed',
] as const;

export type NoticeKind = (typeof NOTICE_KINDS)[number];
