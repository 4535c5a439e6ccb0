import { useDeed } from "../../app/queries";
import { patient } from "../../backend";
import type { Travel } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Failure } from "../../shared/components/Failure";
import { Loaded } from "../../shared/components/Loaded";
import { Section } from "../../shared/components/Page";
import { Segmented } from "../../shared/components/Segmented";
import { useTravel } from "../patient/travel";

/** How quickly things travel: a patient's choice between speed and not being seen at one time. */
export function Privacy() {
  const travel = useTravel();
  return (
    <Section heading={t("settings.privacy")}>
      <Loaded query={travel}>{(known) => <Choice travel={known} />}</Loaded>
    </Section>
  );
}

function Choice({ travel }: { travel: Travel }) {
  const write = useDeed(patient.travelWrite);
  return (
    <div className="panel stack">
      <Segmented<Travel>
        label={t("travel.label")}
        value={travel}
        segments={[
          { value: "atOnce", title: t("travel.atOnce") },
          { value: "apart", title: t("travel.apart") },
        ]}
        onChange={(next) => {
          write.mutate({ travel: next });
        }}
      />
      {travel === "atOnce" ? (
        <p>{t("travel.atOnceMeans")}</p>
      ) : (
        <>
          <p>{t("travel.apartMeans")}</p>
          <p>{t("travel.apartNew")}</p>
          <p>{t("travel.apartEnds")}</p>
        </>
      )}
      {write.isError && <Failure error={write.error} />}
    </div>
  );
}
