/** The clock panel: every clock with what comes next on it, and buttons that move it. */
import { nextDue } from '../engine/due';
import type { World } from '../state/world';
import { alertOf, button, html, type Html, layout } from './html';

const STEPS = [
  { label: '+1 hour', seconds: 3_600 },
  { label: '+1 day', seconds: 86_400 },
  { label: '+1 week', seconds: 604_800 },
];

export function clockPage(world: World, message: string | null): string {
  const clocks = world.all('test_helpers.test_clock');
  return layout(
    'Clocks',
    html`${alertOf(message)} ${part(world, null, 'The simulator')}
    ${clocks.map((it) => part(world, it.id, it.name ?? it.id))}`,
  );
}

function part(world: World, clock: string | null, name: string): Html {
  const due = nextDue(world, clock);
  const fields = { clock: clock ?? '' };
  return html`<section aria-label="${name}">
    <h2>${name}</h2>
    <p>Now: <time>${new Date(world.now(clock) * 1000).toISOString()}</time></p>
    <div class="choices">
      ${STEPS.map(({ label, seconds }) =>
        button('/clocks', label, { ...fields, seconds: String(seconds) }),
      )}
    </div>
    ${
      due
        ? html`<p>Next: <time>${new Date(due.at * 1000).toISOString()}</time></p>
            ${button('/clocks', 'To what comes next', { ...fields, until: String(due.at) })}`
        : html``
    }
  </section>`;
}
