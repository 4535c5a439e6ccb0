import type { ReactNode } from "react";
import { Icon } from "../../shared/icons";

/** A sheet in the middle of the window, for screens before any profile is open. */
export function Letter({ children, wide }: { children: ReactNode; wide?: boolean }) {
  return (
    <div className="letter">
      <main id="content" className={wide ? "letter-sheet wide" : "letter-sheet"}>
        <p className="rail-mark">
          <Icon name="key" />
          Keyward
        </p>
        {children}
      </main>
    </div>
  );
}
