import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";

interface DialogProps {
  /** A question or a statement a person would say. */
  heading: string;
  isOpen: boolean;
  onClose: () => void;
  /** Escape and a press outside do nothing: an answer is needed. */
  mustAnswer?: boolean;
  children: ReactNode;
}

/** Dialogs are for decisions only and never open one over another. */
export function Dialog({ heading, isOpen, onClose, mustAnswer, children }: DialogProps) {
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
        <DialogBody heading={heading}>{children}</DialogBody>
      </Modal>
    </ModalOverlay>
  );
}

/** What stands in a dialog. */
export function DialogBody({ heading, children }: Pick<DialogProps, "heading" | "children">) {
  return (
    <AriaDialog role="alertdialog">
      <Heading slot="title" level={2}>
        {heading}
      </Heading>
      {children}
    </AriaDialog>
  );
}
