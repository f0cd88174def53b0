import { mount } from '../ui/mount.tsx'
import { Dashboard } from './dashboard.tsx'

mount(<Dashboard />)
