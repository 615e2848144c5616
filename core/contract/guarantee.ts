/** How a run that holds a guarantee gives back what is left of it. */

/** Local activity with which such a run ends; its argument is {@link GuaranteeHolder}. */
export const RETURN_GUARANTEE = 'tollgate.returnGuarantee';

/** The run that holds a guarantee, as its calls name it. */
export interface GuaranteeHolder {
  readonly scope: string;
  readonly startedAt: string;
}
