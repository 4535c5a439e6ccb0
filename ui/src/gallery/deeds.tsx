import type { ReactNode } from "react";
import { OptionList } from "../features/room/Filters";
import { PrintButton } from "../features/room/Summary";
import { CopyButton, SecretCopyButton } from "../shared/components/Copy";
import { Answers, Decision, Failed, useReason } from "../shared/components/Decision";
import { DialogBody } from "../shared/components/Dialog";
import { Facts } from "../shared/components/Facts";
import { Pressed, Specimen, Specimens, nothing } from "./Specimen";
import { longName } from "./samples";

const idle = { mutate: nothing, isPending: false, isError: false, error: null };
const working = { ...idle, isPending: true };
const failed = { ...idle, isError: true, error: { code: "relay-unreachable", params: {} } };

const stop = {
  verb: "Stop sharing",
  icon: "cross",
  heading: "Stop sharing with Dr Ada Example?",
  confirm: "Stop sharing now",
  keep: "Go on sharing",
  input: () => undefined,
} as const;

/** Deeds: asked about or done at once, and what is said of them where they were pressed. */
export function DeedSheet() {
  return (
    <Specimens>
      <Specimen name="a deed that is asked about">
        <Decision {...stop} deed={idle}>
          <p>The relay deletes its key at once.</p>
        </Decision>
      </Specimen>
      <Specimen name="a deed at work">
        <Decision {...stop} ask={false} look="primary" deed={working}>
          <p>The relay deletes its key at once.</p>
        </Decision>
      </Specimen>
      <Specimen name="a deed that failed">
        <div className="actions">
          <Decision {...stop} ask={false} deed={failed}>
            <p>The relay deletes its key at once.</p>
          </Decision>
        </div>
      </Specimen>
      <Specimen name="copy">
        <CopyButton text="K7QM-2XVB">Copy the text</CopyButton>
      </Specimen>
      <Specimen name="copied">
        <Pressed>
          <CopyButton text="K7QM-2XVB">Copy the text</CopyButton>
        </Pressed>
      </Specimen>
      <Specimen name="copying takes long">
        <Pressed>
          <CopyButton text="loading">Copy the text</CopyButton>
        </Pressed>
      </Specimen>
      <Specimen name="not copied">
        <Pressed>
          <div className="actions">
            <CopyButton text="error">Copy the text</CopyButton>
          </div>
        </Pressed>
      </Specimen>
      <Specimen name="copied for a minute">
        <Pressed>
          <div className="actions">
            <SecretCopyButton text="K7QM-2XVB" said="It is taken off the clipboard after a minute.">
              Copy the code
            </SecretCopyButton>
          </div>
        </Pressed>
      </Specimen>
      <Specimen name="print">
        <PrintButton />
      </Specimen>
    </Specimens>
  );
}

function ReasonAsked() {
  const { field, reason } = useReason();
  return (
    <Still heading="Take Test-Clara Example out of the register?" confirm="Take her out" onConfirm={reason}>
      <p>Her invitation ends at once. What she has on her computer stays hers.</p>
      {field}
    </Still>
  );
}

function Still({
  heading,
  confirm,
  deed = idle,
  tone = "danger",
  onConfirm = nothing,
  children,
}: {
  heading: string;
  confirm: string;
  deed?: typeof failed | typeof idle;
  tone?: "danger" | "primary";
  onConfirm?: () => void;
  children: ReactNode;
}) {
  return (
    <div className="dialog">
      <DialogBody
        heading={heading}
        actions={
          <Answers
            isPending={deed.isPending}
            tone={tone}
            confirm={confirm}
            keep="Leave it"
            onConfirm={onConfirm}
            onKeep={nothing}
          />
        }
      >
        {children}
        <Failed deed={deed} />
      </DialogBody>
    </div>
  );
}

/** Dialogs stand still here, without their scrim. */
export function DialogSheet() {
  return (
    <Specimens>
      <Specimen name="a decision that takes something away">
        <Still heading={stop.heading} confirm={stop.confirm}>
          <p>The relay deletes its key at once. Dr Ada Example can fetch nothing more.</p>
          <p>44 records have been fetched already. What has been read cannot be called back.</p>
        </Still>
      </Specimen>
      <Specimen name="one that gives">
        <Still heading="Share until 31 January 2027?" confirm="Share longer" tone="primary">
          <Facts
            facts={[
              { label: "With", value: "Dr Ada Example" },
              { label: "Until now", value: "6 December 2026" },
            ]}
          />
        </Still>
      </Specimen>
      <Specimen name="at work">
        <Still heading={stop.heading} confirm={stop.confirm} deed={working}>
          <p>The relay deletes its key at once. Dr Ada Example can fetch nothing more.</p>
        </Still>
      </Specimen>
      <Specimen name="failed">
        <Still heading={stop.heading} confirm={stop.confirm} deed={failed}>
          <p>The relay deletes its key at once. Dr Ada Example can fetch nothing more.</p>
        </Still>
      </Specimen>
      <Specimen name="a reason is missing">
        <Pressed at=".button-danger">
          <ReasonAsked />
        </Pressed>
      </Specimen>
      <Specimen name="long words">
        <Still heading={`Stop sharing with ${longName}?`} confirm="Stop sharing all of it at once">
          <p>
            The relay deletes its key at once. {longName} can fetch nothing more. What has been read cannot be
            called back, and what was printed or copied stays where it is.
          </p>
        </Still>
      </Specimen>
      <Specimen name="a list to choose from">
        <div className="popover">
          <OptionList
            aria-label="Kind of records"
            selectionMode="single"
            selectedKeys={["medications"]}
            options={[
              { id: "all", words: "All kinds" },
              { id: "conditions", words: "Conditions", icon: "conditions" },
              { id: "medications", words: "Medicines", icon: "medications" },
            ]}
          />
        </div>
      </Specimen>
    </Specimens>
  );
}
