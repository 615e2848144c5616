/** What one measurement of one contender in one round saw. */
export interface Sample {
  readonly operations: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of PostgreSQL for one operation; null where it cannot be read. */
  readonly postgresCpuUs: number | null;
  /** Processor time of this process for one operation; null where another program drives the load. */
  readonly nodeCpuUs: number | null;
  readonly walBytes: number | null;
  /** Writing transactions, and so commits that waited for the disk. */
  readonly transactions: number | null;
}
