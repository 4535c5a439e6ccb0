import { useRef, useState } from "react";
import { useAnswer, useDeed } from "../../app/queries";
import { navigate } from "../../app/router";
import { recovery } from "../../backend";
import { t } from "../../locales/i18n";
import { Button, ButtonLink } from "../../shared/components/Button";
import { Failure } from "../../shared/components/Failure";
import { TextField } from "../../shared/components/Fields";
import { Loaded } from "../../shared/components/Loaded";
import { Page } from "../../shared/components/Page";
import { toast } from "../../shared/components/Toast";
import { ErrorSummary, Form } from "../../shared/forms";
import { Gone } from "./Kit";

/** Some of the words, typed again from the paper. A wrong one is named, and nothing typed is lost. */
export function KitConfirm() {
  const status = useAnswer(["recovery"], recovery.status);
  if (status.data?.kit.asked.length === 0) return <Gone />;
  return (
    <Page
      heading={t("kitConfirm.heading")}
      lead={t("kitConfirm.lead")}
      back={{ to: "/settings/recovery/kit", label: t("title.kit") }}
    >
      <Loaded query={status} lines={8}>
        {(known) => <Words asked={known.kit.asked} />}
      </Loaded>
    </Page>
  );
}

function Words({ asked }: { asked: number[] }) {
  // Not a draft: words of the kit are not kept anywhere.
  const [places] = useState(asked);
  const [typed, setTyped] = useState<Record<number, string>>({});
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const summary = useRef<HTMLDivElement>(null);
  const say = (found: Record<string, string>) => {
    setWrong(found);
    if (Object.keys(found).length > 0) window.requestAnimationFrame(() => summary.current?.focus());
  };
  const confirm = useDeed(recovery.kitConfirm, (check) => {
    if (check.confirmed) {
      toast(t("kitConfirm.done"));
      navigate("/settings/recovery");
      return;
    }
    say(Object.fromEntries(check.wrong.map((place) => [String(place), t("kitConfirm.wrong", { n: place })])));
  });
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        const missing = places.filter((place) => !typed[place]?.trim());
        say(
          Object.fromEntries(missing.map((place) => [String(place), t("kitConfirm.missing", { n: place })])),
        );
        if (missing.length === 0)
          confirm.mutate({ words: places.map((place) => ({ place, word: (typed[place] ?? "").trim() })) });
      }}
    >
      <ErrorSummary errors={wrong} at={summary} />
      {places.map((place) => (
        <TextField
          key={place}
          label={t("kitConfirm.word", { n: place })}
          value={typed[place] ?? ""}
          error={wrong[String(place)]}
          maxLength={20}
          onChange={(word) => {
            setTyped({ ...typed, [place]: word });
          }}
        />
      ))}
      {confirm.isError && <Failure error={confirm.error} />}
      <div className="actions">
        <Button look="primary" icon="check" type="submit" isPending={confirm.isPending}>
          {t("kitConfirm.go")}
        </Button>
        <ButtonLink to="/settings/recovery/kit" look="quiet">
          {t("kitConfirm.look")}
        </ButtonLink>
      </div>
    </Form>
  );
}
