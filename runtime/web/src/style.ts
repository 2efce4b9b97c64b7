/** How the panel looks, whatever the website looks like. */

export const STYLE = `
.panel { --ground: #fff; --ink: #10141f; --faint: #5a6372; --line: #d5dae2; --slot: #eef0f4; --edge: #868e9c; --bad: #a3181f;
  position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483000;
  display: flex; flex-direction: column; box-sizing: border-box;
  width: min(380px, calc(100vw - 40px)); height: min(600px, calc(100dvh - 40px));
  overflow: hidden; border: 1px solid var(--line); border-radius: 14px; background: var(--ground);
  color: var(--ink); font: 15px/1.45 system-ui, sans-serif; text-align: start;
  box-shadow: 0 6px 28px rgb(0 0 0 / 28%); }
.panel * { box-sizing: border-box; font: inherit; }
.panel strong { font-weight: 650; }
.panel em { font-style: italic; }
.panel code { font-family: ui-monospace, monospace; font-size: .9em; }
header { display: flex; align-items: center; gap: 8px; padding: 10px 14px; background: var(--brand); color: var(--on-brand); }
header div { flex: 1; min-width: 0; display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 8px; }
header strong { overflow-wrap: anywhere; }
header span { font-size: 13px; }
.plain { width: 36px; height: 36px; padding: 0; border: 0; border-radius: 8px; background: none; color: inherit; font-size: 22px; line-height: 1; cursor: pointer; }
.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 14px; }
.line { width: fit-content; max-width: 88%; margin: 0 0 10px; padding: 8px 12px; border-radius: 12px; background: var(--slot); overflow-wrap: anywhere; }
.line p, .line li { margin: 0; unicode-bidi: plaintext; }
.line p + p, .line ul, .line ol { margin: 8px 0 0; }
.line ul, .line ol { padding-inline-start: 1.3em; }
.line.mine { margin-inline-start: auto; background: var(--brand); color: var(--on-brand); white-space: pre-line; }
.line.person { border-inline-start: 3px solid var(--brand); }
.line.note { max-width: 100%; margin-inline: auto; padding: 0 8px; background: none; color: var(--faint); font-size: 13px; text-align: center; }
.line.trouble { background: none; border: 1px solid var(--bad); color: var(--bad); }
.line a { color: inherit; }
.small { color: var(--faint); font-size: 13px; }
.line p.small { margin-top: 8px; }
.line ol.small { margin-top: 0; }
.line sup { font-size: 11px; line-height: 0; vertical-align: super; padding-inline-start: 1px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.dots { letter-spacing: 3px; color: var(--faint); animation: breathe 1.2s ease-in-out infinite; }
@keyframes breathe { 50% { opacity: .3; } }
@media (prefers-reduced-motion: reduce) { .dots { animation: none; } }
form { display: flex; gap: 8px; }
form.ask { padding: 10px 10px 4px; border-top: 1px solid var(--line); }
form.contact { flex-wrap: wrap; margin: 0 0 10px; padding: 10px 12px; border: 1px solid var(--line); border-radius: 12px; }
form.contact p { flex-basis: 100%; margin: 0; }
input, textarea { flex: 1; min-width: 0; padding: 9px 11px; border: 1px solid var(--edge); border-radius: 8px; background: var(--ground); color: inherit; resize: none; }
::placeholder { color: var(--faint); opacity: 1; }
form.contact input { flex-basis: 100%; }
form button { min-height: 40px; padding: 9px 14px; border: 0; border-radius: 8px; background: var(--brand); color: var(--on-brand); cursor: pointer; }
form button:disabled { cursor: progress; filter: grayscale(.6); }
footer { padding: 0 10px 8px; text-align: center; }
.person:is(button) { min-height: 28px; padding: 2px 8px; border: 0; background: none; color: var(--faint); font-size: 13px; text-decoration: underline; cursor: pointer; }
:focus-visible { outline: 3px solid var(--ink); outline-offset: -2px; }
header :focus-visible { outline-color: var(--on-brand); }
@media (max-width: 420px) { .panel { inset: 8px; width: auto; height: auto; } }
@media (prefers-color-scheme: dark) {
  .panel { --ground: #161b24; --ink: #eef1f6; --faint: #a0a9b8; --line: #2a313d; --slot: #232a36; --bad: #ffb3b3; }
}
@media (forced-colors: active) { .line { border: 1px solid; } }
`;
