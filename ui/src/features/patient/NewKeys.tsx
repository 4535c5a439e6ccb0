import { useAnswer, useDeed } from "../../app/queries";
import { patient } from "../../backend";
import type { NewKeysView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button } from "../../shared/components/Button";
import { HexGroups } from "../../shared/components/Facts";
import { Failure } from "../../shared/components/Failure";
import { Missing } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { toast } from "../../shared/components/Toast";
import { fullDate } from "../../shared/format/dates";

export const useNewKeys = () => useAnswer(["new-keys"], patient.newKeys);

/** Doctors whom the clinic certified anew: the same share again with one press, after a word of caution. */
export function NewKeys() {
  const known = useNewKeys();
  return (
    <>
      <Missing query={known} words={t("newKeys.unknown")} />
      {known.data?.map((each) => (
        <Row key={`${each.share.id} ${each.doctor.certificate}`} view={each} />
      ))}
    </>
  );
}

function Row({ view }: { view: NewKeysView }) {
  const { name } = view.doctor;
  const until = fullDate(Math.min(view.share.until, view.doctor.validUntil));
  const again = useDeed(patient.shareRegrant, () => {
    toast(t("newKeys.done", { name, until }));
  });
  return (
    <Notice tone="task" title={t("newKeys.title", { name })}>
      <p>{t("newKeys.why", { name })}</p>
      <p>{t("newKeys.same", { until })}</p>
      <p className="soft small">
        {t("newKeys.fingerprint")} <HexGroups groups={view.doctor.fingerprint} />
      </p>
      {again.isError && <Failure error={again.error} />}
      <Button
        look="primary"
        icon="share"
        isPending={again.isPending}
        onPress={() => {
          again.mutate({ id: view.share.id, certificate: view.doctor.certificate });
        }}
      >
        {t("newKeys.again")}
      </Button>
    </Notice>
  );
}
