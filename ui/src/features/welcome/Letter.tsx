import type { ReactNode } from "react";
import { Brand } from "../../shared/icons";

/** A sheet in the middle of the window, for screens before any profile is open. */
export function Letter({
  children,
  wide,
  beside,
}: {
  children: ReactNode;
  wide?: boolean;
  beside?: ReactNode;
}) {
  return (
    <div className="letter">
      <main id="content" className={wide ? "letter-sheet wide" : "letter-sheet"}>
        <div className="letter-head">
          <p className="rail-mark">
            <Brand />
            Keyward
          </p>
          {beside}
        </div>
        {children}
      </main>
    </div>
  );
}
