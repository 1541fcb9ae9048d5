//! Records to files, one export after the other, as they come.

use crate::log::{Export, Line, csv, stamp};
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// Rows of one file of the audit log: fewer than the portal's limit, which would look like a cut.
const SLICE: u64 = 40_000;

/// The files that are open.
#[derive(Debug)]
pub(crate) struct Writer {
    folder: PathBuf,
    open: Vec<(Export, Sink)>,
    pub(crate) written: u64,
}

#[derive(Debug)]
struct Sink {
    out: BufWriter<File>,
    rows: u64,
}

impl Writer {
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.into(), open: Vec::new(), written: 0 }
    }

    /// Writes a record; a slice that is full ends before the next day.
    pub(crate) fn put(&mut self, line: &Line) -> io::Result<()> {
        self.written += 1;
        let found = self.open.iter().position(|(export, _)| *export == line.export);
        let at = if let Some(at) = found {
            at
        } else {
            self.open.push((line.export, create(&self.folder, line)?));
            self.open.len() - 1
        };
        let sink = &mut self.open[at].1;
        if !matches!(line.export, Export::Audit | Export::Trace) && sink.rows > 0 {
            sink.out.write_all(b",\n")?;
        }
        sink.rows += 1;
        sink.out.write_all(line.text.as_bytes())
    }

    /// The day is over: full slices of the audit log are closed.
    pub(crate) fn turn(&mut self) -> io::Result<()> {
        if let Some(at) = self.open.iter().position(|(export, s)| *export == Export::Audit && s.rows >= SLICE) {
            self.open.remove(at).1.out.flush()?;
        }
        Ok(())
    }

    /// Closes everything.
    pub(crate) fn finish(mut self) -> io::Result<u64> {
        for (export, sink) in &mut self.open {
            if !matches!(export, Export::Audit | Export::Trace) {
                sink.out.write_all(b"\n]}\n")?;
            }
            sink.out.flush()?;
        }
        Ok(self.written)
    }
}

fn create(folder: &Path, first: &Line) -> io::Result<Sink> {
    let day = stamp(first.time, "%Y-%m-%d");
    let name = match first.export {
        Export::Audit => format!("audit/AuditLog_{}.csv", stamp(first.time, "%Y%m%d_%H%M%S")),
        Export::Interactive => format!("sign-ins/InteractiveSignIns_{day}.json"),
        Export::NonInteractive => format!("sign-ins/NonInteractiveSignIns_{day}.json"),
        Export::Principal => format!("sign-ins/ServicePrincipalSignIns_{day}.json"),
        Export::Directory => format!("directory/directoryAudits_{day}.json"),
        Export::Trace => format!("message-trace/MessageTrace_{day}.csv"),
    };
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
    let mut out = BufWriter::with_capacity(1 << 18, File::create(path)?);
    match first.export {
        Export::Audit => out.write_all(
            b"RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames\r\n",
        )?,
        Export::Trace => out.write_all(
            csv(&[
                "MessageId", "Received", "SenderAddress", "RecipientAddress", "Subject", "Status", "ToIP", "FromIP",
                "Size", "MessageTraceId",
            ])
            .as_bytes(),
        )?,
        Export::Directory => out.write_all(
            b"{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#auditLogs/directoryAudits\",\"value\":[\n",
        )?,
        Export::Interactive | Export::NonInteractive | Export::Principal => out.write_all(
            b"{\"@odata.context\":\"https://graph.microsoft.com/beta/$metadata#auditLogs/signIns\",\"value\":[\n",
        )?,
    }
    Ok(Sink { out, rows: 0 })
}
