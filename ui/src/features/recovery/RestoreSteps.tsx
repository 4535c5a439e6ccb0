import { useState } from "react";
import { useDeed } from "../../app/queries";
import { welcome } from "../../backend";
import type { BackupChoice, KitReading, RestoreOffer, RestoreSource } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { Failure } from "../../shared/components/Failure";
import { RadioGroup, TextField } from "../../shared/components/Fields";
import { Notice } from "../../shared/components/Notice";
import { Heading } from "../../shared/components/Page";
import { pickWords } from "../../shared/dialogWords";
import { Form } from "../../shared/forms";

/** The kit, typed, pasted or from a photo. */
export function KitStep({ onRead }: { onRead: (kit: KitReading) => void }) {
  const [text, setText] = useState("");
  const [missing, setMissing] = useState(false);
  const read = useDeed(welcome.restoreKit, (kit) => {
    setText("");
    onRead(kit);
  });
  const fromImage = useDeed(welcome.restoreKitImage, (kit) => {
    if (kit) onRead(kit);
  });
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        setMissing(text.trim() === "");
        if (text.trim() !== "") read.mutate({ text });
      }}
    >
      <Heading>{t("restore.heading")}</Heading>
      <p className="page-lead">{t("restore.lead")}</p>
      <h2>{t("restore.step.kit")}</h2>
      <TextField
        label={t("restore.kitText")}
        hint={t("restore.kitHint")}
        value={text}
        error={missing && text.trim() === "" ? t("restore.kitMissing") : undefined}
        onChange={setText}
        long
        maxLength={1000}
      />
      {read.isError && <Failure error={read.error} />}
      {fromImage.isError && <Failure error={fromImage.error} />}
      <div className="actions">
        <Button look="primary" icon="key" type="submit" isPending={read.isPending}>
          {t("restore.kitRead")}
        </Button>
        <Button
          icon="image"
          isPending={fromImage.isPending}
          onPress={() => {
            fromImage.mutate({ dialog: pickWords("kit") });
          }}
        >
          {t("restore.kitImage")}
        </Button>
      </div>
    </Form>
  );
}

interface SourceProps {
  kit: KitReading;
  onBack: () => void;
  onOpened: (offer: RestoreOffer, source: RestoreSource) => void;
}

/** Where the backup is, and whether the kit opens it. */
export function SourceStep({ kit, onBack, onOpened }: SourceProps) {
  const [from, setFrom] = useState<RestoreSource["kind"]>("file");
  const [file, setFile] = useState<BackupChoice>();
  const [address, setAddress] = useState("");
  const [tried, setTried] = useState(false);
  const look = useDeed(welcome.restoreLook, (offer, asked) => {
    onOpened(offer, asked.source);
  });
  const needsAddress = from === "relay" && !kit.hasRelay;
  const source = sourceOf(from, file, needsAddress ? address.trim() : null);
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (source) look.mutate({ kit: kit.token, source });
      }}
    >
      <Heading>{t("restore.step.source")}</Heading>
      <Notice tone="good">{t("restore.kitOk")}</Notice>
      <RadioGroup
        label={t("restore.from")}
        value={from}
        choices={[
          { value: "file", title: t("restore.fromFile"), hint: t("restore.fromFileHint") },
          { value: "relay", title: t("restore.fromRelay"), hint: t("restore.fromRelayHint") },
        ]}
        onChange={(next) => {
          look.reset();
          setTried(false);
          setFrom(next);
        }}
      />
      {from === "file" && (
        <PickFile
          file={file}
          missing={tried && !file}
          onPicked={(picked) => {
            look.reset();
            setFile(picked);
          }}
        />
      )}
      {needsAddress && (
        <TextField
          label={t("restore.address")}
          hint={t("restore.addressHint")}
          value={address}
          error={tried && address.trim() === "" ? t("restore.addressMissing") : undefined}
          onChange={setAddress}
          maxLength={200}
        />
      )}
      {look.isError && <Failure error={look.error} />}
      <div className="actions">
        <Button look={source ? "primary" : "plain"} type="submit" isPending={look.isPending}>
          {t("restore.look")}
        </Button>
        <Button look="quiet" icon="back" onPress={onBack}>
          {t("restore.step.kit")}
        </Button>
      </div>
    </Form>
  );
}

/** `address`: nothing if the kit says where the relay is. */
function sourceOf(
  from: RestoreSource["kind"],
  file: BackupChoice | undefined,
  address: string | null,
): RestoreSource | undefined {
  if (from === "relay") return address === "" ? undefined : { kind: "relay", address };
  return file && { kind: "file", token: file.token };
}

interface PickProps {
  file: BackupChoice | undefined;
  missing: boolean;
  onPicked: (file: BackupChoice) => void;
}

function PickFile({ file, missing, onPicked }: PickProps) {
  const pick = useDeed(welcome.restorePick, (picked) => {
    if (picked) onPicked(picked);
  });
  return (
    <>
      <div className="row">
        <Button
          look={file ? "plain" : "primary"}
          icon="folder"
          isPending={pick.isPending}
          onPress={() => {
            pick.mutate({ dialog: pickWords("backup") });
          }}
        >
          {t("restore.pick")}
        </Button>
        <span role="status">{file && t("restore.picked", { name: file.name })}</span>
      </div>
      {missing && <Notice tone="caution">{t("restore.sourceMissing")}</Notice>}
      {pick.isError && <Failure error={pick.error} />}
    </>
  );
}
