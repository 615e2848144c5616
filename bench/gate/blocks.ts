/** The block that is measured: it does nothing, so that all time is the machinery's own. */
import { defineBlock, fixed } from '../../index';

export const PRICE_CREDITS = '1';

/** What the block and the ungated activity beside it return. */
export const NO_OP_OUTPUT = 'done';

export const noOp = defineBlock({
  name: 'no_op',
  price: fixed(PRICE_CREDITS),
  run: async () => NO_OP_OUTPUT,
});
