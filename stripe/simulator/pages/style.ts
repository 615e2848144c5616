/** How the pages look: plain CSS, light and dark, nothing that is fetched. */
export const STYLE = {
  html: `
:root {
  color-scheme: light dark;
  --ink: light-dark(#1d2333, #e8eaf2);
  --quiet: light-dark(#5b6275, #a4abc0);
  --line: light-dark(#dde1ea, #394058);
  --page: light-dark(#f5f6fa, #14171f);
  --card: light-dark(#ffffff, #1d212c);
  --deed: light-dark(#3f46b5, #aab0ff);
  --on-deed: light-dark(#ffffff, #14171f);
}
body {
  background: var(--page);
  color: var(--ink);
  font:
    16px/1.5 system-ui,
    sans-serif;
  margin: 0;
}
main {
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 12px;
  margin: 2rem auto;
  max-width: 34rem;
  padding: 1.5rem 2rem 2rem;
}
h1 {
  font-size: 1.5rem;
  margin: 0 0 1rem;
}
h2 {
  border-top: 1px solid var(--line);
  font-size: 1.1rem;
  margin: 1.5rem 0 0.5rem;
  padding-top: 1.25rem;
}
ul {
  list-style: none;
  margin: 0.5rem 0;
  padding: 0;
}
table {
  border-collapse: collapse;
  width: 100%;
}
th,
td {
  border-bottom: 1px solid var(--line);
  padding: 0.5rem 0;
  text-align: left;
}
th {
  color: var(--quiet);
  font-weight: normal;
}
th:last-child,
td:last-child {
  text-align: right;
}
.total {
  font-size: 1.5rem;
}
label {
  display: block;
  margin: 1rem 0 0.75rem;
}
button,
select {
  background: var(--page);
  border: 1px solid var(--line);
  border-radius: 8px;
  color: inherit;
  font: inherit;
  padding: 0.5rem 1rem;
}
select {
  display: block;
  margin-top: 0.25rem;
  width: 100%;
}
button {
  cursor: pointer;
}
button.main {
  background: var(--deed);
  border-color: var(--deed);
  color: var(--on-deed);
  font-weight: 600;
}
.choices {
  display: flex;
  flex-wrap: wrap;
  gap: 0.5rem;
  margin-top: 0.75rem;
}
a {
  color: var(--deed);
}
:focus-visible {
  outline: 3px solid var(--deed);
  outline-offset: 2px;
}
[role='note'] {
  background: #ffe9a8;
  color: #4d3b00;
  margin: 0;
  padding: 0.6rem 1rem;
  text-align: center;
}
[role='alert'] {
  background: #fde0dc;
  border-radius: 8px;
  color: #7a1408;
  padding: 0.6rem 0.8rem;
}
`,
};
