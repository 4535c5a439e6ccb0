import { href } from "../../app/router";
import type { TrendPoint, TrendView } from "../../backend/types";
import { t } from "../../locales/i18n";
import { CopyButton } from "../../shared/components/Copy";
import { Loaded } from "../../shared/components/Loaded";
import { Notice } from "../../shared/components/Notice";
import { Empty, Section } from "../../shared/components/Page";
import { Whole } from "../../shared/components/Whole";
import { dateText, ItemDate, Origin } from "../../shared/records/Entry";
import { Marks } from "../../shared/records/Marks";
import { partTitle, trendName } from "../../shared/records/own";
import { trendText } from "../../shared/records/plain";
import { isDoubted, referenceText, sensitivityOf } from "../../shared/records/words";
import { useRoom, useRoomLinks } from "./context";
import { useTrend } from "./queries";
import { PaperHead, RoomPage } from "./RoomPage";
import { PrintButton } from "./Summary";
import { type Picture, partOf, pictureOf, rangeAt } from "./trend";
import { TrendChart } from "./TrendChart";
import { conversionSentence, convertedText, pointValue } from "./trendWords";

/** One analyte over time: the curve, every value beside it, and what could not be drawn. */
export function Trend({ analyte }: { analyte: string }) {
  const { person } = useRoom();
  const to = useRoomLinks();
  const trend = useTrend(analyte);
  return (
    <RoomPage
      heading={trend.data ? t("trend.heading", { name: trendName(trend.data) }) : t("title.trend")}
      headingAwaited={trend.isPending}
      kinds={["results", "vitals"]}
      back={{ to: to({ at: "results" }), label: t("results.heading") }}
      actions={
        <>
          <PrintButton />
          <CopyButton text={trend.data ? trendText(trend.data, person) : ""}>{t("room.copy")}</CopyButton>
        </>
      }
      actionsAwaited={trend.isPending}
      actionsIdle={!trend.data || trend.data.points.length === 0}
    >
      <Loaded query={trend} lines={12}>
        {(known) =>
          known.points.length === 0 ? (
            <Empty icon="results" heading={t("trend.none")} />
          ) : (
            <Body trend={known} picture={pictureOf(known)} />
          )
        }
      </Loaded>
    </RoomPage>
  );
}

function Body({ trend, picture }: { trend: TrendView; picture: Picture }) {
  const conversion = conversionSentence(trend);
  const steps = picture.series.length === 1 && trend.ranges.length > 0;
  return (
    <div className="trend-page">
      <div className="stack stack-fill">
        {picture.inOrder.length > 1 ? (
          <TrendChart trend={trend} picture={picture} />
        ) : (
          <Notice>{t(picture.inOrder.length === 1 ? "trend.single" : "trend.mixed")}</Notice>
        )}
        {conversion && <Notice title={conversion} />}
        {trend.cut && <p className="soft small">{t("trend.cut")}</p>}
        {steps && picture.inOrder.length > 1 && <p className="soft small">{t("trend.rangeBand")}</p>}
        {picture.leftOut.length > 0 && <LeftOut points={picture.leftOut} />}
      </div>
      <Section heading={t("trend.table")}>
        <Table trend={trend} picture={picture} />
      </Section>
    </div>
  );
}

/** What is not on the curve stands under it, so that nobody thinks it is not there. */
function LeftOut({ points }: { points: TrendPoint[] }) {
  const to = useRoomLinks();
  return (
    <section className="left-out" aria-label={t("trend.leftOut", { n: points.length })}>
      <h2 className="left-out-title">{t("trend.leftOut", { n: points.length })}</h2>
      <p className="soft small">{t("trend.leftOutHint")}</p>
      <ul>
        {points.slice(0, 50).map((point) => (
          <li key={keyOf(point)}>
            <a href={href(to({ at: "record", id: point.item.id }))}>
              {t("trend.point", { date: dateText(point.item), value: pointValue(point) || t("value.none") })}
            </a>{" "}
            <Marks markers={point.item.markers} flags={[]} />
          </li>
        ))}
      </ul>
      {points.length > 50 && <p className="soft small">{t("sheet.more", { n: points.length - 50 })}</p>}
    </section>
  );
}

const keyOf = (point: TrendPoint): string => `${point.item.id}${point.component ?? ""}`;

const most = 500;

function Table({ trend, picture }: { trend: TrendView; picture: Picture }) {
  const to = useRoomLinks();
  const parts = picture.series.length > 1;
  const newestFirst = [...trend.points].reverse().slice(0, most);
  return (
    <>
      <div className="table-scroll trend-table" role="region" tabIndex={0} aria-label={t("trend.table")}>
        <table className="grid stacking">
          <thead>
            <PaperHead columns={parts ? 5 : 4} />
            <tr>
              <th scope="col">{t("results.date")}</th>
              {parts && <th scope="col">{t("record.measured")}</th>}
              <th scope="col">{t("trend.asWritten")}</th>
              <th scope="col">{t("trend.rangeThen")}</th>
              <th scope="col">{t("trend.source")}</th>
            </tr>
          </thead>
          <tbody>
            {newestFirst.map((point) => {
              const part = partOf(point);
              const range = rangeAt(point);
              const words = range ? referenceText(range) : t("range.none");
              return (
                <tr key={keyOf(point)} className={isDoubted(point.item) ? "doubted" : undefined}>
                  <th scope="row">
                    <a href={href(to({ at: "record", id: point.item.id }))}>
                      <ItemDate item={point.item} />
                    </a>
                  </th>
                  {parts && <td data-label={t("record.measured")}>{part && partTitle(part, point.item)}</td>}
                  <td className="figures" data-label={t("trend.asWritten")}>
                    <span className="strong entry-value">{pointValue(point)}</span>{" "}
                    <Marks
                      markers={point.item.markers}
                      flags={part?.flags ?? point.item.flags}
                      sensitive={sensitivityOf(point.item)}
                    />
                    {point.converted && (
                      <span className="soft small result-part">{convertedText(point, trend)}</span>
                    )}
                  </td>
                  <td className="figures" data-label={t("trend.rangeThen")}>
                    <Whole text={words} pieces={[words]} />
                  </td>
                  <td className="small soft" data-label={t("trend.source")}>
                    <Origin item={point.item} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {trend.points.length > most && (
        <p className="soft small figures">{t("room.shownOf", { shown: most, total: trend.points.length })}</p>
      )}
    </>
  );
}
