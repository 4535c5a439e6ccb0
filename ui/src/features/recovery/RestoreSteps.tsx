import { useState } from "react";
import { useDeed } from "../../app/queries";
import { welcome } from "../../backend";
import type { BackupChoice, KitReading, RestoreOffer, RestoreSource } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { Failure } from "../../shared/components/Failure";
import { TextField } from "../../shared/components/Fields";
import { Notice } from "../../shared/components/Notice";
import { Heading } from "../../shared/components/Page";
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
            fromImage.mutate(undefined);
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

/** Which file the backup is, and whether the kit opens it. */
export function SourceStep({ kit, onBack, onOpened }: SourceProps) {
  const [file, setFile] = useState<BackupChoice>();
  const [tried, setTried] = useState(false);
  const look = useDeed(welcome.restoreLook, (offer, asked) => {
    onOpened(offer, asked.source);
  });
  const pick = useDeed(welcome.restorePick, (picked) => {
    if (!picked) return;
    look.reset();
    setFile(picked);
  });
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (file) look.mutate({ kit: kit.token, source: { kind: "file", token: file.token } });
      }}
    >
      <Heading>{t("restore.step.source")}</Heading>
      <Notice tone="good">{t("restore.kitOk")}</Notice>
      <p>{t("restore.fromFileHint")}</p>
      <div className="row">
        <Button
          look={file ? "plain" : "primary"}
          icon="folder"
          isPending={pick.isPending}
          onPress={() => {
            pick.mutate(undefined);
          }}
        >
          {t("restore.pick")}
        </Button>
        <span role="status">{file && t("restore.picked", { name: file.name })}</span>
      </div>
      {tried && !file && <Notice tone="caution">{t("restore.sourceMissing")}</Notice>}
      {pick.isError && <Failure error={pick.error} />}
      {look.isError && <Failure error={look.error} />}
      <div className="actions">
        <Button look={file ? "primary" : "plain"} type="submit" isPending={look.isPending}>
          {t("restore.look")}
        </Button>
        <Button look="quiet" icon="back" onPress={onBack}>
          {t("restore.step.kit")}
        </Button>
      </div>
    </Form>
  );
}
