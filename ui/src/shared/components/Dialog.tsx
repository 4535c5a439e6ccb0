import { type ReactNode, type RefObject, useLayoutEffect, useRef, useState } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";

interface DialogProps {
  /** A question or a statement a person would say. */
  heading: string;
  isOpen: boolean;
  onClose: () => void;
  /** Escape and a press outside do nothing: an answer is needed. */
  mustAnswer?: boolean;
  /** The answers: in sight however long the rest is. */
  actions: ReactNode;
  children: ReactNode;
}

/** Dialogs are for decisions only and never open one over another. */
export function Dialog({ isOpen, onClose, mustAnswer, ...body }: DialogProps) {
  return (
    <ModalOverlay
      className="scrim"
      isOpen={isOpen}
      isDismissable={!mustAnswer}
      isKeyboardDismissDisabled={mustAnswer ?? false}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className="dialog">
        <DialogBody {...body} />
      </Modal>
    </ModalOverlay>
  );
}

/** What stands in a dialog: what does not fit into the window scrolls above the answers. */
export function DialogBody({
  heading,
  actions,
  children,
}: Pick<DialogProps, "heading" | "actions" | "children">) {
  const text = useRef<HTMLDivElement>(null);
  const long = useOverflow(text);
  return (
    <AriaDialog role="alertdialog">
      <div
        ref={text}
        className="dialog-text"
        // Where all of it is words, nothing else in it takes the keys that scroll.
        {...(long ? { tabIndex: 0, role: "group", "aria-label": heading } : {})}
      >
        <Heading slot="title" level={2}>
          {heading}
        </Heading>
        {children}
      </div>
      <div className="dialog-answers">{actions}</div>
    </AriaDialog>
  );
}

/** Whether there is more in it than it shows, whatever grows: the words or the letters. */
function useOverflow(element: RefObject<HTMLElement | null>): boolean {
  const [over, setOver] = useState(false);
  useLayoutEffect(() => {
    const here = element.current;
    if (!here) return undefined;
    const measure = () => {
      setOver(here.scrollHeight > here.clientHeight + 1);
    };
    measure();
    if (typeof ResizeObserver === "undefined") return undefined;
    const observer = new ResizeObserver(measure);
    for (const each of [here, ...here.children]) observer.observe(each);
    return () => {
      observer.disconnect();
    };
  });
  return over;
}
