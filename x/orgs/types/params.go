package types

// maxAdmissionBlocks keeps the difference of a height and a window far from the bounds of 64 bits.
const maxAdmissionBlocks = 1 << 40

// DefaultParams opens no role: every actor belongs to an organisation. With blocks of half a second, twenty organisations may be
// admitted in a day.
func DefaultParams() Params { return Params{MaxAdmissions: 20, AdmissionBlocks: 172_800} }

// Validate checks that at most the requester's role is open, and that it is listed once. The worker's role is never open, because
// the bound on colluders counts organisations.
func (p Params) Validate() error {
	for i, r := range p.OpenRoles {
		if r != ROLE_REQUESTER {
			return ErrInvalidParams.Wrapf("open_roles[%d]: %s: only %s may be open", i, r, ROLE_REQUESTER)
		}
		if i > 0 {
			return ErrInvalidParams.Wrapf("open_roles[%d]: %s is there twice", i, r)
		}
	}
	if p.MaxAdmissions > 0 && (p.AdmissionBlocks < 1 || p.AdmissionBlocks > maxAdmissionBlocks) {
		return ErrInvalidParams.Wrapf("admission_blocks: %d, expected 1 to 2^40 while max_admissions is %d", p.AdmissionBlocks, p.MaxAdmissions)
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
