import { useEffect, useState, useSyncExternalStore } from "react";
import { t } from "../../locales/i18n";
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

/** Says what was done, with the way back where there is one. A toast never carries anything that must be read. */
export function toast(words: string, undo?: () => void): void {
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

/** The place where toasts stand, once per window. */
export function Toasts() {
  const known = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    () => items,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {known.map((item) => (
        <ToastLine key={item.id} item={item} />
      ))}
    </div>
  );
}

export function ToastLine({ item, still }: { item: ToastItem; still?: boolean }) {
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
            drop(item.id);
          }}
        >
          {t("action.undo")}
        </Button>
      )}
      <Button
        look="quiet"
        onPress={() => {
          drop(item.id);
        }}
      >
        {t("action.dismiss")}
      </Button>
    </div>
  );
}
