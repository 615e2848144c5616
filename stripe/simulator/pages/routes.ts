/** The pages for people: Checkout, the portal, hosted invoices, the clocks. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { World } from '../state/world';
import { isRefusal } from '../wire/errors';
import { act, checkoutPage } from './checkout-page';
import { clockPage } from './clock-page';
import { invoicePage, payInvoicePage } from './invoice-page';
import { actInPortal, portalPage } from './portal-page';

interface Pages {
  world: World;
  catchUp(): void;
  /** Moves a clock to an instant and waits until all is done; null is the simulator's own. */
  moveTo(clock: string | null, instant: number): Promise<void>;
}

type Form = Record<string, string>;

export function addPages(app: FastifyInstance, { world, catchUp, moveTo }: Pages): void {
  /** A page of one row, and what its form does: back to the page, or to where the deed says. */
  const page = <R>(
    path: string,
    find: (id: string) => R | undefined,
    show: (row: R, message: string | null) => string,
    carryOut: (row: R, form: Form) => string | void,
  ): void => {
    app.get<{ Params: { id: string } }>(`${path}/:id`, (request, reply) => {
      catchUp();
      const row = find(request.params.id);
      return row ? send(reply, 200, show(row, null)) : notFound(reply);
    });
    app.post<{ Params: { id: string }; Body: Form }>(`${path}/:id`, (request, reply) => {
      catchUp();
      const row = find(request.params.id);
      if (!row) return notFound(reply);
      try {
        const next = world.atomically(() => carryOut(row, request.body ?? {}));
        return reply.redirect(next ?? `${path}/${request.params.id}`, 303);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        const now = find(request.params.id) ?? row;
        return send(reply, error.details.status, show(now, error.details.message));
      }
    });
  };

  page(
    '/checkout',
    (id) => world.get('checkout.session', id),
    (row, message) => checkoutPage(world, row, message),
    (row, form) => act(world, row, form),
  );
  page(
    '/portal',
    (id) => world.get('billing_portal.session', id),
    (row, message) => portalPage(world, row, message),
    (row, form) => actInPortal(world, row, form),
  );
  page(
    '/invoice',
    (id) => world.get('invoice', id),
    (row, message) => invoicePage(row, message),
    (row, form) => payInvoicePage(world, row, form['card'] ?? ''),
  );
  app.get('/clocks', (_request, reply) => {
    catchUp();
    return send(reply, 200, clockPage(world, null));
  });
  app.post<{ Body: Form }>('/clocks', async (request, reply) => {
    const form = request.body ?? {};
    const clock = form['clock'] || null;
    if (clock && !world.get('test_helpers.test_clock', clock)) return notFound(reply);
    const target = Number(form['until'] ?? world.now(clock) + Number(form['seconds']));
    if (!Number.isInteger(target) || target <= world.now(clock)) {
      return send(reply, 400, clockPage(world, 'A clock only goes forward.'));
    }
    await moveTo(clock, target);
    return reply.redirect('/clocks', 303);
  });
}

function send(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.status(status).type('text/html; charset=utf-8').send(text);
}

function notFound(reply: FastifyReply): FastifyReply {
  return send(reply, 404, 'There is no such page.');
}
