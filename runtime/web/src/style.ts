/** How the panel looks, whatever the website looks like. */

export const STYLE = `
.panel { --ground: #fff; --ink: #10141f; --faint: #5a6372; --line: #d5dae2; --slot: #eef0f4;
  position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483000;
  display: flex; flex-direction: column; box-sizing: border-box;
  width: min(360px, calc(100vw - 40px)); height: min(520px, calc(100dvh - 40px));
  overflow: hidden; border: 1px solid var(--line); border-radius: 14px; background: var(--ground);
  color: var(--ink); font: 15px/1.45 system-ui, sans-serif; text-align: start;
  box-shadow: 0 6px 28px rgb(0 0 0 / 28%); }
.panel * { box-sizing: border-box; font: inherit; }
header { display: flex; align-items: center; gap: 8px; padding: 10px 14px; background: var(--brand); color: var(--on-brand); }
header strong { font-weight: 650; overflow-wrap: anywhere; }
header span { flex: 1; font-size: 13px; }
.close { width: 36px; height: 36px; border: 0; border-radius: 8px; background: none; color: inherit; font-size: 22px; cursor: pointer; }
.log { flex: 1; overflow-y: auto; padding: 14px; }
.log p { width: fit-content; max-width: 85%; margin: 0 0 8px; padding: 8px 12px; border-radius: 12px; background: var(--slot); white-space: pre-line; overflow-wrap: anywhere; }
.log p.mine { margin-inline-start: auto; background: var(--brand); color: var(--on-brand); }
.log p.source { padding-block: 0; background: none; color: var(--faint); font-size: 13px; }
.log p.trouble { background: none; border: 1px solid #c0392b; }
form { display: flex; gap: 8px; padding: 10px; border-top: 1px solid var(--line); }
form.address { flex-wrap: wrap; padding: 0 0 8px; border: 0; }
input { flex: 1; min-width: 0; padding: 9px 11px; border: 1px solid #868e9c; border-radius: 8px; background: var(--ground); color: inherit; }
form.address input { flex-basis: 100%; }
form button { padding: 9px 14px; border: 0; border-radius: 8px; background: var(--brand); color: var(--on-brand); cursor: pointer; }
:focus-visible { outline: 3px solid var(--ink); outline-offset: -2px; }
@media (prefers-color-scheme: dark) {
  .panel { --ground: #161b24; --ink: #eef1f6; --faint: #a0a9b8; --line: #2a313d; --slot: #232a36; }
}
`;
