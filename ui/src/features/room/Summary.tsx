import { useMutation, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { href } from "../../app/router";
import { common, room as commands } from "../../backend";
import type { ChartItem, IdentityView, RoomSummary, SummaryList } from "../../backend/types";
import { t } from "../../locales/i18n";
import { Button, ButtonLink } from "../../shared/components/Button";
import { CopyButton } from "../../shared/components/Copy";
import { Facts } from "../../shared/components/Facts";
import { Failure } from "../../shared/components/Failure";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Empty } from "../../shared/components/Page";
import { VisibilityLine } from "../../shared/components/VisibilityLine";
import { fullDate, recordDates } from "../../shared/format/dates";
import { Icon, type IconName } from "../../shared/icons";
import { Entry } from "../../shared/records/Entry";
import { StateLine } from "../../shared/records/StateLine";
import { summaryText } from "../../shared/records/plain";
import { categoryIcon, categoryName, sexWords } from "../../shared/records/words";
import { type Room, useRoom, useRoomLinks } from "./context";
import { useSummary } from "./queries";
import { RoomPage } from "./RoomPage";

/** What matters, on one page; the way to everything else. */
export function Summary() {
  const room = useRoom();
  const to = useRoomLinks();
  const summary = useSummary();
  const isEmpty = summary.data?.sections.every((section) => section.items === 0) === true;
  return (
    <RoomPage
      heading={room.scope.kind === "own" ? t("records.heading") : t("chart.heading", { name: room.person })}
      actions={
        <>
          <ButtonLink to={to({ at: "sheet" })} icon="print">
            {t("summary.sheet")}
          </ButtonLink>
          <CopyButton text={summary.data ? summaryText(summary.data, room) : ""}>{t("room.copy")}</CopyButton>
          {room.scope.kind === "own" && (
            <ButtonLink to="/add" icon="add">
              {t("home.addRecords")}
            </ButtonLink>
          )}
        </>
      }
      actionsAwaited={summary.isPending}
      actionsIdle={!summary.data || isEmpty}
    >
      <Loaded query={summary} lines={14}>
        {(known) => (isEmpty && room.scope.kind === "own" ? <NoRecords /> : <Body summary={known} />)}
      </Loaded>
    </RoomPage>
  );
}

function NoRecords() {
  return (
    <Empty
      icon="folder"
      heading={t("home.noRecords")}
      action={
        <ButtonLink to="/add" look="primary" icon="add">
          {t("home.addRecords")}
        </ButtonLink>
      }
    >
      {t("home.noRecordsHint")}
    </Empty>
  );
}

function Body({ summary }: { summary: RoomSummary }) {
  const room = useRoom();
  const to = useRoomLinks();
  const sourceOnly = (category: string) =>
    summary.sections.find((section) => section.category === category)?.sourceOnly ?? 0;
  const part = (kind: "conditions" | "allergies" | "medications" | "immunizations", list: SummaryList) => ({
    list,
    icon: kind,
    sourceOnly: sourceOnly(kind),
    all: to({ at: "timeline" }, { kind }),
  });
  return (
    <div className="stack stack-fill stack-wide">
      <Identity identity={summary.identity} room={room} />
      {room.scope.kind !== "preview" && <News summary={summary} />}
      <div className="summary-grid">
        <Part heading={t("summary.allergies")} {...part("allergies", summary.allergies)} />
        <Part
          heading={t("summary.problems")}
          {...part("conditions", summary.problems)}
          {...(summary.pastProblems.total > 0
            ? {
                none: t("summary.noCurrent"),
                after: (
                  <a href={href(to({ at: "timeline" }, { kind: "conditions" }))}>
                    {t("summary.pastProblems", { n: summary.pastProblems.total })}
                  </a>
                ),
              }
            : {})}
        />
        <Part
          heading={t("summary.medicines")}
          {...part("medications", summary.medicines)}
          all={to({ at: "medicines" })}
        />
        <Part heading={t("summary.immunizations")} {...part("immunizations", summary.immunizations)} />
        <Part
          heading={t("summary.results")}
          list={summary.results}
          icon="results"
          sourceOnly={sourceOnly("results")}
          all={to({ at: "results" }, { kind: "results" })}
          line
        />
        <Part
          heading={t("summary.vitals")}
          list={summary.vitals}
          icon="vitals"
          sourceOnly={sourceOnly("vitals")}
          all={to({ at: "results" }, { kind: "vitals" })}
          line
        />
      </div>
      <Sections summary={summary} />
    </div>
  );
}

interface PartProps {
  heading: string;
  icon: IconName;
  list: SummaryList;
  sourceOnly: number;
  all: string;
  none?: string;
  after?: ReactNode;
  line?: boolean;
}

/** One part of the summary: its first entries, or in words why there are none. */
function Part({ heading, icon, list, sourceOnly, all, none, after, line }: PartProps) {
  const room = useRoom();
  return (
    <section className="summary-part" aria-label={heading}>
      <div className="summary-part-head">
        <h2>
          <Icon name={icon} />
          {heading}
        </h2>
        {list.total > list.items.length && (
          <a href={href(all)}>
            {t("summary.more", { n: list.total })}
            <span className="hidden-visually">: {heading}</span>
          </a>
        )}
      </div>
      {list.items.length > 0 && <Entries items={list.items} line={line ?? false} />}
      <StateLine
        state={list.items.length === 0 && none && list.state !== "notShared" ? "shared" : list.state}
        sourceOnly={sourceOnly}
        reader={room.reader}
        {...(list.items.length === 0 && list.state !== "notShared" && none ? { none } : {})}
      />
      {after && <p className="small">{after}</p>}
    </section>
  );
}

function Entries({ items, line, kind }: { items: ChartItem[]; line?: boolean; kind?: boolean }) {
  const to = useRoomLinks();
  return (
    <ul className="entries">
      {items.map((item) => (
        <li key={item.id}>
          <Entry
            item={item}
            to={to({ at: "record", id: item.id })}
            line={line ?? false}
            kind={kind ?? false}
          />
        </li>
      ))}
    </ul>
  );
}

/**
 * What came since the last visit. The visit is noted once the list has been shown; until the window locks it stays
 * the same visit, so that opening a record and coming back does not make what is new vanish.
 */
function News({ summary }: { summary: RoomSummary }) {
  const { scope } = useRoom();
  const to = useRoomLinks();
  const key = scope.kind === "own" ? "own" : `${scope.kind}:${scope.id}`;
  const visit = useQuery({
    queryKey: ["once", "room-news", key],
    queryFn: async () => {
      const first = {
        since: summary.lastVisit,
        items: summary.newItems.items,
        total: summary.newItems.total,
      };
      await commands.markSeen({ scope });
      return first;
    },
    staleTime: Infinity,
    gcTime: Infinity,
  });
  const since = visit.data ? visit.data.since : summary.lastVisit;
  if (since === null) return null;
  const before = visit.data?.items ?? [];
  const later = summary.newItems.items.filter((item) => !before.some((known) => known.id === item.id));
  const items = [...later, ...before];
  const total = Math.max((visit.data?.total ?? 0) + later.length, items.length);
  if (items.length === 0)
    return <p className="soft room-news-none">{t("summary.newNone", { date: fullDate(since) })}</p>;
  return (
    <section className="summary-part summary-new" aria-label={t("summary.new")}>
      <div className="summary-part-head">
        <h2>
          <Icon name="clock" />
          {t("summary.new")}
        </h2>
        <p className="soft small">{t("summary.newSince", { date: fullDate(since) })}</p>
      </div>
      <Entries items={items.slice(0, 8)} kind />
      {total > 8 && <a href={href(to({ at: "timeline" }))}>{t("summary.newMore", { n: total })}</a>}
    </section>
  );
}

/** What the record itself says about whom it is; a contradiction with the name given is said aloud. */
function Identity({ identity, room }: { identity: IdentityView | null; room: Room }) {
  if (!identity || room.scope.kind === "own") return null;
  const differs = identity.name !== null && !sameName(identity.name, room.person);
  return (
    <div className="stack stack-fill">
      {(differs || identity.conflicting.length > 0) && (
        <Notice tone="caution" title={t("identity.differs")}>
          {t("identity.differsHint", {
            names: [identity.name, ...identity.conflicting].filter(Boolean).join("; "),
          })}
        </Notice>
      )}
      <Facts
        facts={[
          identity.name !== null && { label: t("identity.nameInRecord"), value: identity.name },
          identity.birthDate !== null && {
            label: t("field.birthDate"),
            value: recordDates(identity.birthDate),
          },
          identity.sex !== null && { label: t("fact.sex"), value: sexWords(identity.sex) },
          identity.deceased && {
            label: t("marker.deceased"),
            value: identity.deceasedDate ?? t("value.yes"),
          },
        ]}
      />
    </div>
  );
}

/** Titles and order of names differ between systems; what matters is whether all words of one are in the other. */
export function sameName(a: string, b: string): boolean {
  const words = (text: string) =>
    new Set(
      text
        .toLowerCase()
        .normalize("NFKD")
        .match(/\p{L}+/gu) ?? [],
    );
  const [first, second] = [words(a), words(b)];
  const [few, many] = first.size <= second.size ? [first, second] : [second, first];
  return [...few].every((word) => many.has(word));
}

/** Every kind with its number, or why it has none. */
function Sections({ summary }: { summary: RoomSummary }) {
  const room = useRoom();
  const to = useRoomLinks();
  return (
    <section className="summary-part" aria-label={t("summary.all")}>
      <div className="summary-part-head">
        <h2>
          <Icon name="folder" />
          {t("summary.all")}
        </h2>
        {summary.firstYear !== null && summary.lastYear !== null && (
          <p className="soft small figures">
            {t("summary.years", { first: String(summary.firstYear), last: String(summary.lastYear) })}
          </p>
        )}
      </div>
      <ul className="room-kinds">
        {summary.sections.map((section) => {
          const visibility = room.scope.kind === "own" ? room.visibility([section.category]) : undefined;
          return (
            <li key={section.category} className="room-kind">
              <Icon name={categoryIcon(section.category)} />
              <div className="room-kind-main">
                {section.items > 0 ? (
                  <a className="strong" href={href(to({ at: "timeline" }, { kind: section.category }))}>
                    {categoryName(section.category)}
                  </a>
                ) : (
                  <span className="strong">{categoryName(section.category)}</span>
                )}
                {section.items > 0 && (
                  <span className="soft small figures">{t("summary.count", { n: section.items })}</span>
                )}
                {visibility && section.items > 0 && <VisibilityLine visibility={visibility} />}
                <StateLine state={section.state} sourceOnly={section.sourceOnly} reader={room.reader} />
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Prints what is on the screen, once `before` has completed it; nothing if that fails, so that no sheet is short. */
export function PrintButton({ before }: { before?: () => Promise<unknown> }) {
  const print = useMutation({
    mutationFn: async () => {
      await before?.();
      return common.printWindow();
    },
    networkMode: "always",
  });
  return (
    <>
      <Button
        icon="print"
        isPending={print.isPending}
        onPress={() => {
          print.mutate();
        }}
      >
        {t("room.print")}
      </Button>
      {print.isError && <Failure error={print.error} />}
    </>
  );
}
