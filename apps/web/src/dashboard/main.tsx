import { mount } from '../ui/mount.tsx'
import { AppHeader } from '../ui/app-header.tsx'

mount(<AppHeader />)
