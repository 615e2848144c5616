/**
 * Hints for one account are all alike: while one is on its way, those that come meanwhile wait for one
 * more, which is sent for all of them. So however many events come, each account has at most one signal on
 * its way.
 */
export type SendHint = (account: string) => Promise<void>;

export function shareHints(send: SendHint): SendHint {
  const underWay = new Map<string, Promise<void>>();
  const next = new Map<string, Promise<void>>();

  function begin(account: string): Promise<void> {
    const sending = send(account).finally(() => {
      if (underWay.get(account) === sending) underWay.delete(account);
    });
    underWay.set(account, sending);
    return sending;
  }

  return (account) => {
    const running = underWay.get(account);
    if (!running) return begin(account);
    const waiting = next.get(account);
    if (waiting) return waiting;
    // What is on its way may have been heard already, before that of which this hint tells.
    const following = running
      .catch(() => undefined)
      .then(() => {
        next.delete(account);
        return begin(account);
      });
    next.set(account, following);
    return following;
  };
}
