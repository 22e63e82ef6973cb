// Package tree packs a folder into one blob, and reads it again. The format is a tar archive (POSIX ustar, and one pax record for a
// long name). Each folder has exactly one archive, and so exactly one digest:
//
//   - Files and empty folders, in the order of the bytes of their names. Folders that hold something are not listed.
//   - Mode 0755 for a file that is executable and for an empty folder, 0644 for any other file. Owner, group and times are 0,
//     the names of owner and group are empty.
//   - A name of more than 100 bytes is the one record, "path", of a pax header in front of the file's, which has the first
//     100 bytes of it.
//   - What pads a block is zero, and two blocks of zeros end the archive.
//
// Read makes the header of each file again and expects the same bytes, so that nothing can be hidden in an archive: no link, no
// device, no second name, no wrong size. Nothing is compressed, and the files are parts of the archive's bytes, so the unpacked
// folder is never larger than the archive. Package contract says which names, and how many files, a folder may have.
package tree
