package memfs

import "strings"

// place is where a path leads: the directory that holds its last name, the name, and the node that is there now, if any.
type place struct {
	dir  *Node
	name string
	node *Node
}

// Lookup follows a path from a directory. An absolute path begins at the root; a
// ".." above the root stays there.
func (fs *FS) Lookup(from *Node, path string) (*Node, Errno) {
	p, errno := fs.findPlace(from, path)
	switch {
	case errno != Success:
		return nil, errno
	case p.node == nil:
		return nil, NoEntry
	}
	return p.node, Success
}

// findPlace is Lookup for paths whose last name need not exist.
func (fs *FS) findPlace(from *Node, path string) (place, Errno) {
	switch {
	case path == "":
		return place{}, NoEntry
	case len(path) > MaxPath:
		return place{}, NameTooLong
	case strings.ContainsRune(path, 0):
		return place{}, Invalid
	}
	if path[0] == '/' {
		from = fs.root
	}
	p := place{dir: from.Parent(), name: from.name, node: from}
	for _, name := range strings.Split(path, "/") {
		if name == "" {
			continue
		}
		switch {
		case p.node == nil:
			return place{}, NoEntry
		case !p.node.IsDir():
			return place{}, NotDir
		case len(name) > MaxName:
			return place{}, NameTooLong
		}
		p = stepInto(p.node, name)
	}
	if strings.HasSuffix(path, "/") && p.node != nil && !p.node.IsDir() {
		return place{}, NotDir
	}
	return p, Success
}

func stepInto(dir *Node, name string) place {
	switch name {
	case ".":
		return place{dir: dir.Parent(), name: dir.name, node: dir}
	case "..":
		up := dir.Parent()
		return place{dir: up.Parent(), name: up.name, node: up}
	}
	return place{dir: dir, name: name, node: dir.children[name]}
}

func (n *Node) depthInTree() int {
	d := 0
	for ; n.parent != nil; n = n.parent {
		d++
	}
	return d
}
