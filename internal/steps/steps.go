// Package steps runs functions one after the other, until one fails.
package steps

// Run calls the steps in order. It stops at the first error, and returns it.
func Run(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
