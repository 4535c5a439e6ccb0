import { t } from "../locales/i18n";
import { ToneSheet, TypeSheet } from "./foundations";
import { ButtonSheet, ChoiceSheet, FieldSheet, SelectSheet } from "./controls";
import { CourseSheet, EntrySheet, NumberSheet, ToolSheet } from "./clinical";
import { IconSheet } from "./icons";
import { ListSheet, NoticeSheet, StateSheet, VisibilitySheet } from "./content";
import { DeedSheet, DialogSheet } from "./deeds";
import { DocumentSheet } from "./documents";
import { FormSheet } from "./forms";
import { FrameSheet } from "./frame";
import { MirroredSheet } from "./mirrored";
import { MissingSheet } from "./missing";
import { PaperSheet } from "./paper";
import { PeopleSheet } from "./people";
import { ChartSheet, RecordSheet } from "./records";

/**
 * DEVELOPMENT ONLY: every component in every state, one sheet after another. `?gallery` shows all of them,
 * `?gallery=buttons` one; `&theme=dark`, `&text=200`. The pictures of the sheets are compared by the run over all
 * screens. Only the invented backend is asked, whose clock stands still here; production builds do not contain this folder.
 */
export const sheets = {
  colours: ToneSheet,
  type: TypeSheet,
  icons: IconSheet,
  buttons: ButtonSheet,
  fields: FieldSheet,
  choices: ChoiceSheet,
  selects: SelectSheet,
  forms: FormSheet,
  deeds: DeedSheet,
  dialogs: DialogSheet,
  visibility: VisibilitySheet,
  notices: NoticeSheet,
  lists: ListSheet,
  people: PeopleSheet,
  states: StateSheet,
  missing: MissingSheet,
  frame: FrameSheet,
  numbers: NumberSheet,
  entries: EntrySheet,
  courses: CourseSheet,
  record: RecordSheet,
  chart: ChartSheet,
  tools: ToolSheet,
  documents: DocumentSheet,
  paper: PaperSheet,
  mirrored: MirroredSheet,
} as const;

type SheetName = keyof typeof sheets;

const isSheet = (name: string): name is SheetName => Object.hasOwn(sheets, name);

export function Gallery({ only }: { only: string }) {
  const names = isSheet(only) ? [only] : (Object.keys(sheets) as SheetName[]);
  return (
    <main className="page gallery" id="content">
      <h1>{names.length === 1 ? only : t("title.gallery")}</h1>
      {names.map((name) => {
        const Sheet = sheets[name];
        return (
          <section className="section" key={name} aria-label={name}>
            {names.length > 1 && <h2>{name}</h2>}
            <Sheet />
          </section>
        );
      })}
    </main>
  );
}
