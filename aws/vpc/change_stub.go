package vpc

func mendACL(a *aclRules, x crossing, r ruling) []Change { return nil }

func mendGroups(m *Model, groups []string, k knock, v *vpcIndex) []Change { return nil }

func (w *walk) mendDetached(id, vpcID string) []Change                  { return nil }
func (w *walk) mendNATRoute(s *subnetIndex) []Change                    { return nil }
func (w *walk) mendSourceDestCheck(n *NetworkInterface) []Change        { return nil }
func (w *walk) mendTransitRoute(t *transitTable, dst spans) []Change    { return nil }
func (w *walk) mendGatewayEndpoint(e *Endpoint, t *routeTable) []Change { return nil }
func (p *packet) mendRoute(r routing) []Change                          { return nil }
