import { type ReactNode, useRef } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useOverflow } from "../useOverflow";

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
