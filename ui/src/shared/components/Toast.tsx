import { type FocusEvent, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { t } from "../../locales/i18n";
import { isSilent } from "../announce";
import { uncover } from "../uncover";
import { Button } from "./Button";

interface ToastItem {
  id: number;
  words: string;
  undo?: () => void;
}

/** How long there is a way back, in milliseconds; hovering and focus stop the clock. */
const lasting = 10_000;
const most = 3;

let items: readonly ToastItem[] = [];
let next = 1;
const listeners = new Set<() => void>();

function put(changed: readonly ToastItem[]): void {
  items = changed;
  for (const listener of listeners) listener();
}

/**
 * Says what was done, with the way back where there is one. A toast never carries anything that must be read; what ends
 * while the window is locked is not said.
 */
export function toast(words: string, undo?: () => void): void {
  if (isSilent()) return;
  const id = next++;
  put([...items.slice(1 - most), { id, words, ...(undo ? { undo } : {}) }]);
}

/** On lock: nothing that was said stays. */
export function clearToasts(): void {
  put([]);
}

const drop = (id: number) => {
  put(items.filter((item) => item.id !== id));
};

/** Leads into the newest toast from wherever the focus is: on a long page it is too far for Tab in ten seconds. */
const key = "F6";

/** Where the focus was before it came into a toast; a toast that goes gives it back. */
function useWayIn() {
  const place = useRef<HTMLDivElement>(null);
  const before = useRef<Element>(null);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const button = place.current?.querySelector<HTMLElement>(".toast:last-child button");
      if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || !button) return;
      event.preventDefault();
      button.focus();
    };
    window.addEventListener("keydown", pressed);
    return () => {
      window.removeEventListener("keydown", pressed);
    };
  }, []);
  return {
    place,
    came: ({ currentTarget, relatedTarget }: FocusEvent) => {
      if (!currentTarget.contains(relatedTarget)) before.current = relatedTarget;
    },
    goBack: () => {
      const { current } = before;
      if (current instanceof HTMLElement && place.current?.contains(document.activeElement)) current.focus();
    },
  };
}

/** The place where toasts stand, once per window. */
export function Toasts() {
  const way = useWayIn();
  const known = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    () => items,
  );
  const { place } = way;
  useEffect(() => {
    if (known.length > 0 && place.current) uncover(place.current);
  }, [known, place]);
  return (
    <div ref={place} className="toasts" role="status" aria-live="polite" onFocus={way.came}>
      {known.map((item) => (
        <ToastLine key={item.id} item={item} onLeave={way.goBack} />
      ))}
    </div>
  );
}

export function ToastLine({
  item,
  still,
  onLeave,
}: {
  item: ToastItem;
  still?: boolean;
  onLeave?: () => void;
}) {
  const [held, setHeld] = useState(still ?? false);
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => {
      drop(item.id);
    }, lasting);
    return () => {
      clearTimeout(timer);
    };
  }, [held, item.id]);
  const leave = () => {
    onLeave?.();
    drop(item.id);
  };
  const hold = (on: boolean) => () => {
    if (!still) setHeld(on);
  };
  return (
    <div
      className="toast"
      onPointerEnter={hold(true)}
      onPointerLeave={hold(false)}
      onFocus={hold(true)}
      onBlur={hold(false)}
    >
      {/* A paragraph: the words of a span beside buttons are in no part of the tree WebKitGTK gives to screen readers. */}
      <p className="toast-words">{item.words}</p>
      {item.undo && (
        <Button
          look="quiet"
          icon="undo"
          onPress={() => {
            item.undo?.();
            leave();
          }}
        >
          {t("action.undo")} <kbd aria-hidden="true">{key}</kbd>
        </Button>
      )}
      <Button look="quiet" onPress={leave}>
        {t("action.dismiss")}
      </Button>
    </div>
  );
}
