/* device_plugin.h: devices that are plug-ins. */
#ifndef HECATE_DEVICE_PLUGIN_H
#define HECATE_DEVICE_PLUGIN_H

/* From now on the first use of a device opens its plug-in. */
void device_plugins(void);

#endif
