package wasm

// largeFile is the size from which a file that an app writes lies in the room on disk, in bytes. Smaller files stay in memory, which is
// quicker.
const largeFile = 4 << 20

// regionSize is the part of the room that one file can take, in bytes: all that the app may write in one place.
func regionSize(output, temp uint64) uint64 {
	const block = 1 << 20
	return (max(output, temp, largeFile) + block - 1) / block * block
}

// roomSize is the size of a file that has room for every large file that an app can have at a time, in bytes. It is mostly hole. Many
// file systems have no files beyond 16 TiB.
func roomSize(output, temp uint64) uint64 {
	const most = 8 << 40
	size := regionSize(output, temp)
	if output > most || temp > most || size > most {
		return most
	}
	regions := (output+temp)/largeFile + 2
	return min(regions*size, most/size*size)
}
