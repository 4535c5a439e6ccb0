import { useAnswer, useDeed } from "../../app/queries";
import { patient } from "../../backend";
import type { PatientHome } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button, ButtonLink, Link } from "../../shared/components/Button";
import { Failure } from "../../shared/components/Failure";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Empty, Page, Section } from "../../shared/components/Page";
import { fullMoment } from "../../shared/format/dates";
import { AccessList } from "./AccessList";
import { CategoryCounts } from "./CategoryCounts";
import { ShareRow } from "./ShareRow";

/** What she has, who sees it, what happened. */
export function Home() {
  const home = useAnswer(["patient-home"], patient.home);
  return (
    <Page heading={t("home.heading")} visibility={home.data?.visibility}>
      <Loaded query={home}>{(data) => <HomeBody home={data} />}</Loaded>
    </Page>
  );
}

function HomeBody({ home }: { home: PatientHome }) {
  return (
    <>
      <div className="stack stack-fill">
        {!home.enrolled && (
          <Notice title={t("home.notEnrolled")}>
            <p>{t("home.notEnrolledWhy")}</p>
            <ButtonLink to="/join" look="primary" icon="key">
              {t("home.join")}
            </ButtonLink>
          </Notice>
        )}
        <Exchange home={home} />
      </div>
      {home.records === 0 ? (
        <Empty
          icon="folder"
          heading={t("home.noRecords")}
          action={
            <ButtonLink to="/add" look={home.enrolled ? "primary" : "plain"} icon="add">
              {t("home.addRecords")}
            </ButtonLink>
          }
        >
          {t("home.noRecordsHint")}
        </Empty>
      ) : (
        <Section
          heading={t("home.records", { n: home.records })}
          actions={<Link to="/records">{t("home.allRecords")}</Link>}
        >
          <CategoryCounts categories={home.categories} />
        </Section>
      )}
      <Section
        heading={t("home.shares")}
        actions={home.shares.length > 0 && <Link to="/sharing">{t("home.allShares")}</Link>}
      >
        {home.shares.length === 0 ? (
          <div className="stack">
            <p className="soft">{t("home.noShares")}</p>
            {home.enrolled && home.records > 0 && (
              <ButtonLink to="/sharing/new" look="primary" icon="share">
                {t("share.start")}
              </ButtonLink>
            )}
          </div>
        ) : (
          <ul className="list">
            {home.shares.map((share) => (
              <ShareRow key={share.id} share={share} />
            ))}
          </ul>
        )}
      </Section>
      <Section
        heading={t("home.happened")}
        actions={home.recentAccesses.length > 0 && <Link to="/history">{t("home.allAccesses")}</Link>}
      >
        {home.recentAccesses.length === 0 ? (
          <p className="soft">{t("home.nothingHappened")}</p>
        ) : (
          <AccessList accesses={home.recentAccesses} />
        )}
      </Section>
    </>
  );
}

/** How the exchange with clinic and relay stands: what waits, what went wrong, when it last worked. */
function Exchange({ home }: { home: PatientHome }) {
  const sync = useDeed(patient.syncNow);
  const again = () => {
    sync.mutate(undefined);
  };
  if (!home.enrolled) return null;
  if (home.problem) return <Failure error={home.problem} tone="caution" onRetry={again} />;
  return (
    <div className="row row-between">
      <span className="soft small">
        {home.lastSync === null
          ? t("home.neverSynced")
          : t("home.synced", { when: fullMoment(home.lastSync) })}
        {home.waiting > 0 && ` · ${t("home.waiting", { n: home.waiting })}`}
      </span>
      <Button look="quiet" icon="refresh" isPending={sync.isPending} onPress={again}>
        {t("action.lookAgain")}
      </Button>
    </div>
  );
}
