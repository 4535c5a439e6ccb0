import { useRef } from "react";
import type { DocumentView, FoundPlace, GreyWindow, RoomScope } from "../backend/types";
import { Beside, BesideList } from "../features/room/Beside";
import { DocumentReader } from "../shared/documents/DocumentReader";
import { FindField, FoundPlaces } from "../shared/documents/Find";
import { GreyControls } from "../shared/documents/GreyControls";
import { PageTexts } from "../shared/documents/PageTexts";
import { Sheets, type SheetsHandle } from "../shared/documents/Sheets";
import type { Turn, Zoom } from "../shared/documents/types";
import { InRoom, Specimen, Specimens, nothing } from "./Specimen";
import { found, letter, own, scopes, study } from "./samples";

const at = (index: number, scope: RoomScope = own) => ({ scope, recordId: "i14", index });
const onePage = { ...letter, pages: letter.pages.slice(0, 1), total: 1 };

function PageSample({
  index = 0,
  scope = own,
  document = onePage,
  zoom = "fit",
  turn = 0,
  grey,
  places = [],
}: {
  index?: number;
  scope?: RoomScope;
  document?: DocumentView;
  zoom?: Zoom;
  turn?: Turn;
  grey?: GreyWindow;
  places?: readonly FoundPlace[];
}) {
  const handle = useRef<SheetsHandle>(null);
  return (
    <div className="page-sample">
      <Sheets
        from={at(index, scope)}
        document={document}
        title="Letter of the heart clinic"
        zoom={zoom}
        turn={turn}
        grey={grey}
        places={places}
        onPage={nothing}
        handle={handle}
      />
    </div>
  );
}

const lung = { centre: -600, width: 1500 };
const search = (words: string, places: readonly FoundPlace[] | undefined) => ({
  words,
  setWords: nothing,
  places,
  error: undefined,
});

const beside = { own: at(0), record: undefined, onChange: nothing };

/** Documents and pictures, read in place. */
export function DocumentSheet() {
  return (
    <Specimens>
      <Specimen name="page: words that were found">
        <PageSample places={found} />
      </Specimen>
      <Specimen name="page: turned">
        <PageSample turn={90} />
      </Specimen>
      <Specimen name="page: on its way">
        <PageSample scope={scopes.loading} zoom={32} />
      </Specimen>
      <Specimen name="page: refused">
        <PageSample scope={scopes.error} zoom={32} />
      </Specimen>
      <Specimen name="picture: the window of the lung">
        <PageSample index={1} document={study} grey={lung} />
      </Specimen>
      <Specimen name="greys: of a CT, by name">
        <GreyControls document={study} value={lung} onChange={nothing} />
      </Specimen>
      <Specimen name="greys: set by hand">
        <GreyControls
          document={{ ...study, modality: "MR" }}
          value={{ centre: 812, width: 340 }}
          onChange={nothing}
        />
      </Specimen>
      <Specimen name="find: nothing typed, found, found nothing, found too many">
        <FindField search={search("", undefined)} />
        <FindField search={search("blood", found)} />
        <FindField search={search("zebra", [])} />
        <FindField
          search={search(
            "e",
            Array.from({ length: 500 }, () => found[0] as FoundPlace),
          )}
        />
      </Specimen>
      <Specimen name="places">
        <FoundPlaces places={found} onGo={nothing} />
      </Specimen>
      <Specimen name="words of a page">
        <PageTexts from={at(0)} document={onePage} />
      </Specimen>
      <Specimen name="words: on their way, refused, none">
        <PageTexts from={at(0, scopes.loading)} document={onePage} />
        <PageTexts from={at(0, scopes.error)} document={onePage} />
        <PageTexts from={at(0, scopes.empty)} document={onePage} />
      </Specimen>
      <Specimen name="reader: words" wide>
        <DocumentReader at={at(3)} />
      </Specimen>
      <Specimen name="reader: cannot be shown" wide>
        <DocumentReader at={at(2)} />
      </Specimen>
      <InRoom>
        <Specimen name="beside it: nothing">
          <div className="doc-second">
            <Beside {...beside} value={undefined} />
          </div>
        </Specimen>
        <Specimen name="beside it: another document">
          <div className="doc-second">
            <Beside {...beside} value={{ at: at(1), name: "Report of the heart ultrasound" }} />
          </div>
        </Specimen>
        <Specimen name="beside it: the choice">
          <div className="popover beside-list">
            <BesideList own={at(0)} record={undefined} onChoose={nothing} />
          </div>
        </Specimen>
      </InRoom>
      <InRoom scope={scopes.error} reader="reader">
        <Specimen name="beside it: refused">
          <div className="popover beside-list">
            <BesideList own={at(0, scopes.error)} record={undefined} onChoose={nothing} />
          </div>
        </Specimen>
      </InRoom>
      <InRoom scope={scopes.loading} reader="reader">
        <Specimen name="beside it: on its way">
          <div className="popover beside-list">
            <BesideList own={at(0, scopes.loading)} record={undefined} onChoose={nothing} />
          </div>
        </Specimen>
      </InRoom>
    </Specimens>
  );
}
