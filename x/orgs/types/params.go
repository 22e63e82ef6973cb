package types

// DefaultParams opens nothing: every actor belongs to an organisation.
func DefaultParams() Params { return Params{} }

// Validate checks that only the requester role is open, and at most once: the worker role never is, because the bound
// on colluders is a statement about organisations.
func (p Params) Validate() error {
	for i, r := range p.OpenRoles {
		if r != ROLE_REQUESTER {
			return ErrInvalidParams.Wrapf("open_roles[%d]: %s: only %s may be open", i, r, ROLE_REQUESTER)
		}
		if i > 0 {
			return ErrInvalidParams.Wrapf("open_roles[%d]: %s is there twice", i, r)
		}
	}
	return nil
}

// Open says whether accounts without an organisation hold the role.
func (p Params) Open(r Role) bool {
	for _, o := range p.OpenRoles {
		if o == r {
			return true
		}
	}
	return false
}
