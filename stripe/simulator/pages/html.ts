/**
 * HTML without a library: `html` escapes everything that is put into it, except what `html` itself made.
 * Pages are plain, work without scripts, and are labelled so that people and tests find their way by text.
 */
import { STYLE } from './style';

export interface Html {
  readonly html: string;
}

type Part = string | number | null | undefined | Html | Html[];

export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  const body = strings.map((text, index) => text + show(parts[index])).join('');
  return { html: body };
}

function show(part: Part): string {
  if (part === null || part === undefined) return '';
  if (Array.isArray(part)) return part.map((it) => it.html).join('');
  if (typeof part === 'object') return part.html;
  return String(part).replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

export function layout(title: string, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} · simulated Stripe</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <p role="note">
          <strong>Simulated Stripe.</strong> No money moves here, and no real card is taken.
        </p>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`.html;
}

export function alertOf(message: string | null): Html {
  return message ? html`<p role="alert">${message}</p>` : html``;
}

/** A button of its own, which sends what it is for. */
export function button(action: string, label: string, fields: Record<string, string> = {}): Html {
  const hidden = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
  return html`<form method="post" action="${action}">
    ${hidden}<button type="submit">${label}</button>
  </form>`;
}
