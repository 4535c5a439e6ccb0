import { Brand } from "../icons";

/** On paper only: from whom the sheet comes. */
export function Letterhead() {
  return (
    <p className="letterhead print-only" aria-hidden="true">
      <Brand />
      Keyward
    </p>
  );
}
