import { Letterhead } from "../shared/components/Letterhead";
import { PaperNote } from "../shared/components/PaperNote";
import { Paper } from "../shared/documents/Paper";
import { Specimen, Specimens, nothing } from "./Specimen";

/** A page of a document as the core draws it: white. */
const page =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg==";

/** What only a printed page has; a whole sheet of paper is in the pictures of the stories. */
export function PaperSheet() {
  return (
    <div className="on-paper">
      <Specimens>
        <Specimen name="from whom">
          <Letterhead />
        </Specimen>
        <Specimen name="what must be known of the sheet">
          <PaperNote>
            These data are from 21 November 2026 at 12:00. Newer ones could not be looked up.
          </PaperNote>
        </Specimen>
        <Specimen name="pages of a document">
          <Paper pictures={[page, `${page}#2`]} onReady={nothing} />
        </Specimen>
      </Specimens>
    </div>
  );
}
