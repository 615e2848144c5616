/** `tollgate/ledger`: the books, for programs that open accounts, grant credits and read entries. */
export { openLedger } from './ledger/open-ledger';
export { migrate } from './ledger/migrate';
export type {
  AgentQuoteRequest,
  Gate,
  Granted,
  GrantRequest,
  Ledger,
  LedgerOptions,
  PricedChoice,
  Revoked,
  RevokeRequest,
} from './ledger/ledger';
export type { Page } from './ledger/page';
export type {
  DeliveryView,
  EndpointRequest,
  EndpointView,
  NewSecret,
  NoticeRequest,
  NoticeView,
  ReplayRequest,
  ThresholdView,
} from './ledger/notice-ledger';
export type { LineLedger, LineName, LineRequest, PlaceInLine } from './ledger/line-ledger';
export type {
  AccountView,
  AgentQuote,
  DoctorCheck,
  DoctorReport,
  EntryKind,
  EntryView,
  GrantView,
  ReservationView,
  RunReceipt,
  RunView,
  WaitingView,
} from './ledger/views';
