//! What a person sees of records: plain data for the window, made by one code path for the
//! patient's own chart, her preview of a share and the doctor's chart.
//!
//! Strings here are either content of the record, kept as written, or stable codes which the
//! catalogue of the interface turns into words. No sentence is made here.

mod attachment;
mod chart;
mod dose;
mod facts;
mod item;
pub mod line;
mod marker;
mod narrative;
mod read;
mod record;
pub(crate) mod unit_system;
mod value;

pub(crate) use attachment::inline;
pub use attachment::{Attachment, AttachmentView, attachment, attachments};
pub use chart::{
    ChartInput, ChartItem, ChartView, IdentityView, SectionState, SectionView, SharedScope,
    TimelineEntry, chart, chart_in, identity,
};
pub use dose::{Detail, DosePart, DoseView, TermView};
pub use facts::FactView;
pub(crate) use item::{Gist, sortable, title_of};
pub use marker::{AbsentReason, Marker};
pub(crate) use narrative::of as narrative_of;
pub use narrative::{NarrativeView, sanitise};
pub use record::{NoteView, RecordView, record_view, record_view_in};
pub use value::{
    CodeView, ComponentView, DateRole, DateView, FlagKind, FlagView, QuantityView,
    ReferenceRangeView, ValueView,
};
