import { t } from "../locales/i18n";
import { ToneSheet, TypeSheet } from "./foundations";
import { ButtonSheet, ChoiceSheet, FieldSheet } from "./controls";
import { CourseSheet, EntrySheet, NumberSheet, ToolSheet } from "./clinical";
import { IconSheet } from "./icons";
import { DialogSheet, ListSheet, NoticeSheet, StateSheet, VisibilitySheet } from "./content";
import { FrameSheet } from "./frame";

/**
 * DEVELOPMENT ONLY: every component in every state, one sheet after another. `?gallery` shows all of them,
 * `?gallery=buttons` one; `&theme=dark`, `&text=200`. The pictures of the sheets are compared by the run over all
 * screens. Nothing here asks a backend, the clock or the network; production builds do not contain this folder.
 */
export const sheets = {
  colours: ToneSheet,
  type: TypeSheet,
  icons: IconSheet,
  buttons: ButtonSheet,
  fields: FieldSheet,
  choices: ChoiceSheet,
  visibility: VisibilitySheet,
  notices: NoticeSheet,
  lists: ListSheet,
  states: StateSheet,
  dialogs: DialogSheet,
  frame: FrameSheet,
  numbers: NumberSheet,
  entries: EntrySheet,
  courses: CourseSheet,
  tools: ToolSheet,
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
